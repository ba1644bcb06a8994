(class_declaration name: (name) @name) @type
(interface_declaration name: (name) @name) @type
(trait_declaration name: (name) @name) @type
(enum_declaration name: (name) @name) @type
(function_definition name: (name) @name) @function
(method_declaration name: (name) @name) @function
(const_declaration (const_element (name) @name) @constant)
(enum_case name: (name) @name) @constant

(function_call_expression function: (name) @use)
(function_call_expression function: (qualified_name (name) @use))
(scoped_call_expression name: (name) @use)
(scoped_call_expression scope: (name) @use)
(member_call_expression name: (name) @use)
(nullsafe_member_call_expression name: (name) @use)
(class_constant_access_expression (name) @use)
(object_creation_expression (name) @use)
(object_creation_expression (qualified_name (name) @use))
(named_type (name) @use)
(named_type (qualified_name (name) @use))
(base_clause (name) @use)
(base_clause (qualified_name (name) @use))
(class_interface_clause (name) @use)
(class_interface_clause (qualified_name (name) @use))
(namespace_use_clause (qualified_name (name) @use))
(namespace_use_clause (name) @use)
(use_declaration (name) @use)

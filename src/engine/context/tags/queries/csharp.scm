(class_declaration name: (identifier) @name) @type
(struct_declaration name: (identifier) @name) @type
(interface_declaration name: (identifier) @name) @type
(enum_declaration name: (identifier) @name) @type
(record_declaration name: (identifier) @name) @type
(delegate_declaration name: (identifier) @name) @type
(method_declaration name: (identifier) @name) @function
(constructor_declaration name: (identifier) @name) @function
(local_function_statement name: (identifier) @name) @function
(property_declaration name: (identifier) @name) @constant
(enum_member_declaration name: (identifier) @name) @constant

(invocation_expression function: (identifier) @use)
(invocation_expression function: (generic_name (identifier) @use))
(invocation_expression function: (member_access_expression name: (identifier) @use))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @use)))
(member_access_expression expression: (identifier) @use)
(object_creation_expression type: (identifier) @use)
(object_creation_expression type: (generic_name (identifier) @use))
(base_list (identifier) @use)
(base_list (generic_name (identifier) @use))
(variable_declaration type: (identifier) @use)
(variable_declaration type: (generic_name (identifier) @use))
(parameter type: (identifier) @use)
(parameter type: (generic_name (identifier) @use))
(method_declaration returns: (identifier) @use)
(method_declaration returns: (generic_name (identifier) @use))
(property_declaration type: (identifier) @use)
(type_argument_list (identifier) @use)
(attribute name: (identifier) @use)

(interface_declaration name: (type_identifier) @name) @type
(type_alias_declaration name: (type_identifier) @name) @type
(enum_declaration name: (identifier) @name) @type
(abstract_class_declaration name: (type_identifier) @name) @type
(function_signature name: (identifier) @name) @function
(method_signature name: (property_identifier) @name) @function
(abstract_method_signature name: (property_identifier) @name) @function
(public_field_definition name: (property_identifier) @name value: (arrow_function)) @function
(internal_module name: (identifier) @name) @module

(type_identifier) @use
(extends_clause value: (identifier) @use)
(extends_clause value: (member_expression property: (property_identifier) @use))

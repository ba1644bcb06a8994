(struct_item name: (type_identifier) @name) @type
(enum_item name: (type_identifier) @name) @type
(union_item name: (type_identifier) @name) @type
(type_item name: (type_identifier) @name) @type
(trait_item name: (type_identifier) @name) @type
(function_item name: (identifier) @name) @function
(function_signature_item name: (identifier) @name) @function
(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @constant
(mod_item name: (identifier) @name body: (_)) @module
(macro_definition name: (identifier) @name) @macro

(call_expression function: (identifier) @use)
(call_expression function: (field_expression field: (field_identifier) @use))
(call_expression function: (scoped_identifier name: (identifier) @use))
(generic_function function: (identifier) @use)
(generic_function function: (scoped_identifier name: (identifier) @use))
(generic_function function: (field_expression field: (field_identifier) @use))
(macro_invocation macro: (identifier) @use)
(macro_invocation macro: (scoped_identifier name: (identifier) @use))
(use_declaration argument: (scoped_identifier name: (identifier) @use))
(use_list (identifier) @use)
(use_list (scoped_identifier name: (identifier) @use))
(scoped_identifier path: (identifier) @use)
(type_identifier) @use

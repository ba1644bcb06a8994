(class_definition name: (identifier) @name) @type
(function_definition name: (identifier) @name) @function
(module (expression_statement (assignment left: (identifier) @name) @constant))

(call function: (identifier) @use)
(call function: (attribute attribute: (identifier) @use))
(import_from_statement name: (dotted_name (identifier) @use))
(import_from_statement name: (aliased_import name: (dotted_name (identifier) @use)))
(class_definition superclasses: (argument_list (identifier) @use))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @use)))
(decorator (identifier) @use)
(decorator (attribute attribute: (identifier) @use))
(type (identifier) @use)
(type (subscript (identifier) @use))
(type (generic_type (identifier) @use))
(except_clause (identifier) @use)
(argument_list (identifier) @use)

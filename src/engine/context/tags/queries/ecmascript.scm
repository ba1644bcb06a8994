(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(method_definition name: (property_identifier) @name) @function
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @function
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)]) @function
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @function
(class_declaration name: (_) @name) @type
(variable_declarator name: (identifier) @name value: (class)) @type
(program (lexical_declaration (variable_declarator name: (identifier) @name) @constant))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @constant)))

(call_expression function: (identifier) @use)
(call_expression function: (member_expression property: (property_identifier) @use))
(new_expression constructor: (identifier) @use)
(new_expression constructor: (member_expression property: (property_identifier) @use))
(import_specifier name: (identifier) @use)
(import_clause (identifier) @use)
(arguments (identifier) @use)

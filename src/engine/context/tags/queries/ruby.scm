(method name: (_) @name) @function
(singleton_method name: (_) @name) @function
(alias name: (identifier) @name) @function
(class name: (constant) @name) @type
(class name: (scope_resolution name: (constant) @name)) @type
(module name: (constant) @name) @module
(module name: (scope_resolution name: (constant) @name)) @module
(assignment left: (constant) @name) @constant

(call method: [(identifier) (constant)] @use)
(constant) @use
(body_statement (identifier) @use)
(argument_list (identifier) @use)

(field_definition property: (property_identifier) @name value: (arrow_function)) @function
(class_heritage (identifier) @use)
(class_heritage (member_expression property: (property_identifier) @use))

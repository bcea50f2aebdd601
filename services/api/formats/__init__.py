"""An article in the forms that others read: ninjs, feeds, tables, plain text. Pure: a document goes in, bytes come out."""

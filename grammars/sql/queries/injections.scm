([(comment) (block_comment) (jinja_comment)] @injection.content
  (#set! injection.language "comment"))

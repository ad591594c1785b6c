"""A model card as blocks of text, tables and drawings, and its two forms: Markdown and HTML."""

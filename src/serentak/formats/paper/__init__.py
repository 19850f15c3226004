"""The plan on paper: run-sheets, labels, forms and lists as PDF, by typst.

Each kind of document has a module that lays out its data (``run_sheet``, ``label`` …) as `Sheet`, and a
template of the same name under ``templates/``. `serentak.formats.paper.typeset` turns sheets into files.
"""

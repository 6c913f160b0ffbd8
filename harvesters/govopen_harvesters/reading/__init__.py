"""Reading delivered files without loss: CSV, TSV, XLSX, JSON lines; text of a PDF's first and last page."""

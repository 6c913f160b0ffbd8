"""A reference exchange hub for demos and tests: somebody else's machine, with its own keys, tables and cases.

Departments are fictitious; real tables name their true origin; tables with personal fields are generated from a seed.
"""

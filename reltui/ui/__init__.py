"""The screens. The only user of Textual; knows no HTTP."""

"""An embedded Azure DevOps Server, for trying reltui without one and for the tests."""

"""Loopback servers, certificates and namespaces for the tests."""

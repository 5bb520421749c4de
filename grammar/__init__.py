"""The Lark grammars: expansion strings, lists, ACLs, configuration files."""

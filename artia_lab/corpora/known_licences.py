"""The licences that SPDX knows, read once: a module of its own so that importing it is what costs."""

from license_expression import get_spdx_licensing

LICENSING = get_spdx_licensing()
# Built when an expression is first read, unless it is asked for.
LICENSING.get_advanced_tokenizer()

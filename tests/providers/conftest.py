"""Failed promises are explained as in the test files themselves."""

import pytest

pytest.register_assert_rewrite("providers.dialects")

"""One module per measured thing; ``bench.harness.Case`` says what such a module holds."""

#!/usr/bin/env python3
"""Cases in which check_ownership.py must fail, and those in which it must not."""
import unittest

import check_ownership

TABLE = """<!-- table: After -->
| outcome | Auto | Foreign |
|---|---|---|
| QueueFull | sender | - |

<!-- table: plain -->
| called | Throws |
|---|---|
| Hook | nobody |

| not | marked |
|---|---|
| at | all |
"""
TESTS = "Ownership/0.  # TypeParam = X\n  AutoAfterQueueFull\nOther.\n  HookThrows\n"


class CheckOwnership(unittest.TestCase):
    def test_agreement_is_fine(self):
        self.assertEqual(check_ownership.problems(TABLE, [TESTS]), [])

    def test_a_cell_without_a_test_is_named(self):
        table = TABLE.replace("| sender | - |", "| sender | sender |")
        self.assertEqual(check_ownership.problems(table, [TESTS]),
                         ["cell without a test: ForeignAfterQueueFull"])

    def test_a_test_without_a_cell_is_named(self):
        self.assertEqual(check_ownership.problems(TABLE, [TESTS, "More.\n  AutoAfterRain\n"]),
                         ["test without a cell: AutoAfterRain"])

    def test_a_file_without_tables_fails(self):
        self.assertEqual(check_ownership.problems("# nothing", [TESTS]), ["no table found"])

    def test_an_empty_cell_or_a_short_row_fails(self):
        for row in ("| sender |  |", "| sender |"):
            with self.assertRaises(ValueError):
                check_ownership.problems(TABLE.replace("| sender | - |", row), [TESTS])


if __name__ == "__main__":
    unittest.main()

"""What the documents say of the template is what is in it."""

import re
import unittest

from stack import ROOT, read


class Parameters(unittest.TestCase):
    def test_each_has_its_default_its_cost_and_what_it_protects(self):
        _, table = (ROOT / "docs/operations.md").read_text().split("\n## Parameters\n")
        rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", table.split("\n## ")[0], re.MULTILINE)
        parameters = read("template.yaml")["Parameters"]
        # In the order of the template, too.
        self.assertEqual([name for name, _ in rows], list(parameters))
        for name, cells in rows:
            default, meaning, cost, protects = (cell.strip() for cell in cells.split("|"))
            self.assertEqual(default.strip("`"), str(parameters[name]["Default"]), name)
            self.assertTrue(meaning and cost and protects, name)


if __name__ == "__main__":
    unittest.main()

"""The JSON report that test_json_report writes is what its schema says."""

import copy
import json
import pathlib
import sys
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text("utf-8"))
REPORT = json.loads((ROOT / "tests/data/reports/mixed.json").read_text("utf-8"))


def complaints(report):
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(report))


class ReportSchema(unittest.TestCase):
    def setUp(self):
        self.report = copy.deepcopy(REPORT)

    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_a_round_with_every_outcome_fits(self):
        self.assertEqual(complaints(self.report), [])
        self.assertEqual(
            {record["outcome"] for record in self.report["results"]},
            set(SCHEMA["$defs"]["outcome"]["enum"]))

    def test_a_field_too_many_is_noticed_everywhere(self):
        for part in (self.report, self.report["summary"],
                     self.report["summary"]["latency_ms"],
                     self.report["summary"]["networks"]["public"],
                     self.report["results"][0],
                     self.report["results"][0]["timings_ms"],
                     self.report["results"][0]["source"],
                     self.report["results"][3]["earlier_attempts"][0],
                     self.report["results"][4]["failed"][0]):
            part["surprise"] = 1
            self.assertTrue(complaints(self.report), part)
            del part["surprise"]

    def test_a_field_too_few_is_noticed_everywhere(self):
        for part in (self.report, self.report["summary"],
                     self.report["summary"]["latency_ms"],
                     self.report["summary"]["networks"]["public"],
                     self.report["results"][0],
                     self.report["results"][0]["timings_ms"],
                     self.report["results"][0]["source"],
                     self.report["results"][3]["earlier_attempts"][0],
                     self.report["results"][4]["failed"][0]):
            for name in list(part):
                value = part.pop(name)
                self.assertTrue(complaints(self.report), name)
                part[name] = value

    def test_a_reason_goes_with_its_outcome_only(self):
        record = self.report["results"][0]
        for outcome, reason in (("healthy", "status"), ("unhealthy", None),
                                ("degraded", "dns"), ("unknown", "reset"),
                                ("unreachable", "status"),
                                ("skipped", "local")):
            record["outcome"], record["reason"] = outcome, reason
            self.assertTrue(complaints(self.report), (outcome, reason))


if __name__ == "__main__":
    sys.exit(unittest.main())

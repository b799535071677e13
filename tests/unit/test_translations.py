"""Every text for people has its translation: scripts/translations --check."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/translations"
SOURCE = "src/cli/list_command.c"


def run(root, *options):
    return subprocess.run(
        [sys.executable, SCRIPT, "--root", root, *options],
        capture_output=True, encoding="utf-8", check=False)


class Translations(unittest.TestCase):
    def test_every_text_is_translated(self):
        done = run(ROOT, "--check")

        self.assertEqual(done.returncode, 0, "\n" + done.stderr)


class ACopy(unittest.TestCase):
    """A project with one source, spoilt in every way."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for part in ("po/LINGUAS", "po/zh_CN.po", SOURCE):
            (self.root / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, self.root / part)
        self.assertEqual(run(self.root).returncode, 0)

    def replace(self, part, pattern, text):
        path = self.root / part
        before = path.read_text("utf-8")
        after = re.sub(pattern, text, before, count=1)
        self.assertNotEqual(before, after)
        path.write_text(after, "utf-8")

    def complaint(self):
        done = run(self.root, "--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Run scripts/translations", done.stderr)
        return done.stderr

    def test_it_is_in_step_when_nothing_is_spoilt(self):
        self.assertEqual(run(self.root, "--check").returncode, 0)

    def test_a_new_text_is_named(self):
        with (self.root / SOURCE).open("a") as source:
            source.write('const char *text = N_("a new text");\n')

        complaint = self.complaint()

        self.assertIn('po/rounds.pot: not in it: "a new text"', complaint)
        self.assertIn('po/zh_CN.po: not translated: "a new text"', complaint)

    def test_a_text_that_the_update_added_still_wants_its_translation(self):
        with (self.root / SOURCE).open("a") as source:
            source.write('const char *text = N_("a new text");\n')

        done = run(self.root)

        self.assertEqual(done.returncode, 1)
        self.assertIn('not translated: "a new text"', done.stderr)
        self.assertNotIn("rounds.pot", done.stderr)

    def test_a_text_for_machines_and_people_is_one_of_them(self):
        with (self.root / SOURCE).open("a") as source:
            source.write('x = say(listener, "said");\n'
                         'y = translate_count("%zu cow", "%zu cows", n);\n')

        complaint = self.complaint()

        self.assertIn('"said"', complaint)
        self.assertIn('"%zu cow"', complaint)

    def test_a_translation_left_empty_is_named(self):
        self.replace("po/zh_CN.po",
                     r'(msgid "with --curl: show secrets"\nmsgstr) ".*"',
                     r'\1 ""')

        self.assertIn('po/zh_CN.po: not translated: '
                      '"with --curl: show secrets"', self.complaint())

    def test_a_fuzzy_translation_is_named(self):
        self.replace("po/zh_CN.po", r'(?=msgid "with --curl: show secrets")',
                     "#, fuzzy\n")

        self.assertIn('po/zh_CN.po: fuzzy: "with --curl: show secrets"',
                      self.complaint())
        self.assertEqual(run(self.root).returncode, 1)  # it stays so

    def test_a_translation_must_take_the_same_arguments(self):
        self.replace("po/zh_CN.po",
                     r'(msgid ", %g requests a second"\nmsgstr) ".*"',
                     r'\1 "%s"')

        self.assertIn("format specifications", self.complaint())

    def test_the_update_puts_right_what_a_merge_left_in_disorder(self):
        path = self.root / "po/zh_CN.po"
        before = path.read_text("utf-8")
        entry = re.search(r'msgid "this text"\n(msgstr .*\n)', before)
        empty = 'msgid "this text"\nmsgstr ""\n\n'
        path.write_text(
            before.replace(entry[0], "<<<<<<< HEAD\n" + empty
                           + 'msgid "this text"\nmsgstr "older"\n' + entry[1]
                           + "=======\n" + entry[0] + ">>>>>>> theirs\n"
                           + empty), "utf-8")

        done = run(self.root)

        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(path.read_text("utf-8"), before)

    def test_a_source_must_be_listed(self):
        self.replace("po/POTFILES", SOURCE + "\n", "")

        self.assertIn(f"po/POTFILES: {SOURCE} is missing", self.complaint())

    def test_a_way_of_counting_that_the_program_does_not_know_is_refused(self):
        self.replace("po/zh_CN.po", "nplurals=1; plural=0;",
                     "nplurals=2; plural=(n > 1);")

        self.assertIn("Plural-Forms", self.complaint())

    def test_a_number_type_that_catalogues_spell_otherwise_is_refused(self):
        with (self.root / SOURCE).open("a") as source:
            source.write('const char *text = N_("%" PRId64 " cows");\n')

        self.assertIn("%jd and intmax_t", self.complaint())


if __name__ == "__main__":
    unittest.main()

import unittest

from duration import parse, show


class Durations(unittest.TestCase):
    def test_one_unit(self):
        self.assertEqual(parse("90s"), 90)
        self.assertEqual(parse(" 5m "), 300)

    def test_several_units(self):
        self.assertEqual(parse("1h30m"), 5400)

    def test_there_and_back(self):
        for seconds in (1, 59, 60, 3661, 90061):
            self.assertEqual(parse(show(seconds)), seconds)

    def test_no_duration(self):
        for text in ("", "h", "soon", "5 apples"):
            with self.assertRaises(ValueError):
                parse(text)


if __name__ == "__main__":
    unittest.main()

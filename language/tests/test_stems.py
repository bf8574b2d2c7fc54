"""Words in short: stems stay right however many threads ask for them, and no text makes them slow."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from django.test import SimpleTestCase
from snowballstemmer.english_stemmer import EnglishStemmer

from language.stems import search_terms, stem_of

VERBS = "organ walk reserv clean bak mov plann collect install repair renew translat classif generaliz"
ENDINGS = "e es ed ing ings er ers ation ations ful fulness ously ization"
THREADS, ROUNDS = 8, 4
SWITCH_SECONDS = 1e-6


def words_of_thread(number: int) -> list[str]:
    """Others for each thread, so that no cache answers in place of the stemmer."""
    return [
        f"{chr(97 + number)}{chr(97 + turn)}{verb}{ending}"
        for turn in range(ROUNDS)
        for verb in VERBS.split()
        for ending in ENDINGS.split()
    ]


class StemsInThreadsTests(SimpleTestCase):
    def test_threads_that_stem_at_once_get_the_stems_that_one_alone_gets(self):
        before = sys.getswitchinterval()
        self.addCleanup(sys.setswitchinterval, before)
        words = [words_of_thread(number) for number in range(THREADS)]
        sys.setswitchinterval(SWITCH_SECONDS)
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(lambda mine: [stem_of(word) for word in mine], words))
        sys.setswitchinterval(before)
        alone = [[EnglishStemmer().stemWord(word) for word in mine] for mine in words]
        self.assertEqual(found, alone)

    def test_a_run_of_letters_longer_than_any_word_is_its_own_stem(self):
        self.assertEqual(stem_of("running" * 10), "running" * 10)


class LongSearchTests(SimpleTestCase):
    def test_signs_that_become_many_letters_take_no_longer_than_others(self):
        started = time.process_time()
        search_terms("ﷺ" * 8_000)
        self.assertLess(time.process_time() - started, 0.1)

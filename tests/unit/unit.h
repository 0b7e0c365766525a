#ifndef MAKI_TESTS_UNIT_H
#define MAKI_TESTS_UNIT_H

/*
 * Unit tests that print TAP: TEST("a sentence") { CHECK(…); } inside main, between unit_begin and
 * unit_end. A failed check prints what was expected and what came, and the test goes on.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
    int count;
    int failed;
    bool test_failed;
    const char *name;
} unit;

static inline void unit_finish_test(void)
{
    if (unit.name == NULL)
        return;
    printf("%s %d - %s\n", unit.test_failed ? "not ok" : "ok", ++unit.count, unit.name);
    unit.failed += unit.test_failed;
    unit.name = NULL;
}

static inline bool unit_start_test(const char *name)
{
    unit_finish_test();
    unit.name = name;
    unit.test_failed = false;
    return true;
}

static inline int unit_end(void)
{
    unit_finish_test();
    printf("1..%d\n", unit.count);
    return unit.failed ? 1 : 0;
}

static inline void unit_check(bool ok, const char *file, int line, const char *what)
{
    if (!ok) {
        unit.test_failed = true;
        printf("# %s:%d: failed: %s\n", file, line, what);
    }
}

static inline void unit_check_str(const char *expected, const char *actual, const char *file,
                                  int line)
{
    bool same = expected == actual || (expected && actual && strcmp(expected, actual) == 0);

    if (!same) {
        unit.test_failed = true;
        printf("# %s:%d:\n#   expected: %s\n#   actual:   %s\n", file, line,
               expected ? expected : "(null)", actual ? actual : "(null)");
    }
}

static inline void unit_check_int(long long expected, long long actual, const char *file, int line)
{
    if (expected != actual) {
        unit.test_failed = true;
        printf("# %s:%d: expected %lld, got %lld\n", file, line, expected, actual);
    }
}

#define TEST(name)                  if (unit_start_test(name))
#define CHECK(condition)            unit_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_STR(expected, actual) unit_check_str((expected), (actual), __FILE__, __LINE__)
#define CHECK_INT(expected, actual)                                                                \
    unit_check_int((long long)(expected), (long long)(actual), __FILE__, __LINE__)

#endif

#include "maki/category.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "maki/category_file.h"
#include "scratch.h"
#include "unit.h"

static char root[] = "/tmp/maki-category-XXXXXX";

/* Put a text at root/path. */
static void put(const char *path, const char *text)
{
    char *full = mem_printf("%s/%s", root, path);
    struct file_write write = {.path = full, .data = text, .len = strlen(text), .no_sync = true};
    struct error err;

    if (file_write_atomic(&write, NULL, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(2);
    }
    free(full);
}

/* Load root/dir, "+" in front if asked for. */
static int load(struct category_set *set, const char *dir, const char *plus, struct error *err)
{
    char *spec = mem_printf("%s%s/%s", plus, root, dir);
    int status = category_set_load(set, spec, err);

    free(spec);
    return status;
}

/* Parse one file on its own: NULL if it is right, else the message. */
static const char *parse_error(const char *name, const char *text, size_t len)
{
    static struct error err;
    struct category category = {0};
    struct category_file file = {.name = name, .path = name, .data = text, .len = len};
    struct category_set owner = {.items = mem_dup(&category, sizeof(category)), .count = 1};
    int status;

    error_clear(&err);
    status = category_file_parse(&owner.items[0], &file, &err);
    category_set_clear(&owner);
    if (status == 0)
        return NULL;
    return err.kind == ERR_CONFIG ? err.message : "wrong kind of error";
}

static void check_error(const char *name, const char *text, const char *expected)
{
    const char *message = parse_error(name, text, strlen(text));

    CHECK(message != NULL && strstr(message, expected) != NULL);
    if (message == NULL || strstr(message, expected) == NULL)
        printf("# %s: expected \"%s\", got \"%s\"\n", name, expected,
               message ? message : "(no error)");
}

static void test_builtin(void)
{
    struct category_set set;
    struct error err;

    TEST("the built-in categories are complete")
    {
        CHECK_INT(0, category_set_load(&set, NULL, &err));
        CHECK_INT(16, set.count);
        for (size_t i = 0; i < set.count; i++) {
            const struct category *c = &set.items[i];

            CHECK(i == 0 || strcmp(set.items[i - 1].name, c->name) < 0);
            CHECK(c->example_list.count >= 3 && c->cue_list.count > 50 && c->link_list.count >= 2);
            CHECK(category_phrase_count(c, "action") >= 3 &&
                  category_phrase_count(c, "subject") > 0);
            CHECK(category_is_valid(&set, c->name) && category_find(&set, c->name) == c);
        }
        CHECK_INT(64, strlen(set.digest));
        CHECK(category_find(&set, "other") == NULL && category_is_valid(&set, "other"));
        CHECK(!category_is_valid(&set, "weather"));
        category_set_clear(&set);
    }
}

static void test_folder(void)
{
    struct category_set set;
    struct error err;

    put("a/rainy/desc.txt", "\xef\xbb\xbf Water falls.\r\n");
    put("a/rainy/cues.txt", "# of rain\n2.5\tHeavy   RAIN\n-1 no umbrella\r\n\n+3\tregen\n");
    put("a/rainy/playbook.txt",
        "action: Take an umbrella\nprevention:Stay in\n"
        "link: https://docs.aws.amazon.com/a#b | A page | amazon-s3, aws-iam\n");
    put("a/rainy/synth.txt", "subject: one\nsubject: two\n");
    put("a/rainy/case-1.json", "{\"subject\":\"S\",\"recentCommunications\":{\"communications\":[{"
                               "\"body\":\"x\"},{\"body\":\"y\"}]}}");
    put("a/rainy/case-more.jsonl",
        "{\"subject\":\"T\",\"communications\":[]}\n\n{\"subject\":\"U\",\"communications\":[]}\n");
    put("a/rainy/README", "\xff ignored");
    put("a/README", "ignored");
    put("a/.git/config", "ignored");
    put("a/dry/desc.txt", "None falls.");

    TEST("a folder replaces the built-in categories")
    {
        const struct category *c;

        CHECK_INT(0, load(&set, "a", "", &err));
        CHECK_INT(2, set.count);
        CHECK_STR("dry", set.items[0].name);
        c = category_find(&set, "rainy");
        CHECK_STR("Water falls.", c->description);
        CHECK_INT(3, c->cue_list.count);
        CHECK_STR("heavy rain", c->cues[0].phrase);
        CHECK(c->cues[0].weight == 2.5 && c->cues[1].weight == -1 && c->cues[2].weight == 3);
        CHECK_STR("no umbrella", c->cues[1].phrase);
        CHECK_STR("https://docs.aws.amazon.com/a#b", c->links[0].url);
        CHECK_STR("A page", c->links[0].title);
        CHECK_STR("amazon-s3,aws-iam", c->links[0].services);
        CHECK_INT(3, c->example_list.count);
        CHECK_STR("x\n\ny", c->examples[0].text);
        CHECK_STR("", c->examples[1].text);
        CHECK_STR("Stay in", category_phrase(c, "prevention", 7));
        CHECK_STR("two", category_phrase(c, "subject", 3));
        CHECK(category_phrase(c, "reply", 0) == NULL);
        category_set_clear(&set);
    }
    TEST("a plus sign adds a folder's categories to the built-in ones")
    {
        put("b/throttling/desc.txt", "Ours.");
        put("b/zebra/desc.txt", "Striped.");
        CHECK_INT(0, load(&set, "b", "+", &err));
        CHECK_INT(17, set.count);
        CHECK_STR("zebra", set.items[16].name);
        CHECK_STR("Ours.", category_find(&set, "throttling")->description);
        CHECK_INT(0, category_find(&set, "throttling")->cue_list.count);
        category_set_clear(&set);
    }
}

static void test_digest(void)
{
    struct category_set first;
    struct category_set second;
    struct error err;

    TEST("the digest names the content, not the place")
    {
        put("d1/x/desc.txt", "same");
        put("d2/x/desc.txt", "same");
        put("d2/x/notes.txt", "ignored");
        put("d3/x/desc.txt", "other");
        CHECK_INT(0, load(&first, "d1", "", &err));
        CHECK_INT(0, load(&second, "d2", "", &err));
        CHECK_STR(first.digest, second.digest);
        category_set_clear(&second);
        CHECK_INT(0, load(&second, "d3", "", &err));
        CHECK(strcmp(first.digest, second.digest) != 0);
        category_set_clear(&first);
        category_set_clear(&second);
    }
}

static void check_folder_error(const char *dir, const char *expected)
{
    struct category_set set;
    struct error err;

    CHECK_INT(-1, load(&set, dir, "", &err));
    CHECK_INT(ERR_CONFIG, err.kind);
    CHECK(strstr(err.message, expected) != NULL);
    if (strstr(err.message, expected) == NULL)
        printf("# expected \"%s\", got \"%s\"\n", expected, err.message);
    CHECK_INT(0, set.count);
}

static void test_bad_folders(void)
{
    struct category_set set;
    struct error err;

    TEST("a folder that is no set of categories is refused")
    {
        put("e1/x/cues.txt", "1\ta\n");
        check_folder_error("e1", "x/desc.txt: missing");
        put("e2/file", "");
        check_folder_error("e2", "holds no category");
        put("e3/Upper/desc.txt", "d");
        check_folder_error("e3", "cannot be a category's name");
        put("e4/other/desc.txt", "d");
        check_folder_error("e4", "cannot be a category's name");
        put("e5/x/desc.txt", "d");
        put("e5/x/cues.txt", "1\tfine\nbad\n");
        check_folder_error("e5", "e5/x/cues.txt:2: no weight");
        CHECK_INT(-1, category_set_load(&set, "+", &err));
        CHECK_INT(-1, category_set_load(&set, "", &err));
        CHECK_INT(-1, category_set_load(&set, "/nonexistent/folder", &err));
    }
}

static void test_bad_files(void)
{
    TEST("bad lines are named with file and line")
    {
        check_error("desc.txt", " \n", "desc.txt:1: empty");
        check_error("desc.txt", "a\nb \xff c", "desc.txt:2: invalid UTF-8");
        check_error("cues.txt", "1\ta\nfive\tb", "cues.txt:2: no weight");
        check_error("cues.txt", "1.2345\ta", "no weight");
        check_error("cues.txt", "100.5\ta", "no weight");
        check_error("cues.txt", "1e3\ta", "no weight");
        check_error("cues.txt", "-\ta", "no weight");
        check_error("cues.txt", "4\t \n", "cues.txt:1: the phrase is empty");
        check_error("cues.txt", "1\ta b\n2\tA  B\n", "cues.txt:2: phrase given twice");
        check_error("playbook.txt", "action: x\nactoin: y", "playbook.txt:2: unknown slot: actoin");
        check_error("playbook.txt", "subject: x", "unknown slot: subject");
        check_error("playbook.txt", "just text", "unknown slot");
        check_error("playbook.txt", "action:", "the text is empty");
        check_error("playbook.txt", "link: http://a.b/c | t | -", "no https:// link");
        check_error("playbook.txt", "link: https://a.b/c d | t | -", "no https:// link");
        check_error("playbook.txt", "link: https://a.b/c | | -", "has no title");
        check_error("playbook.txt", "link: https://a.b/c | t", "names no services");
        check_error("synth.txt", "link: https://a.b/c | t | -", "unknown slot: link");
        check_error("synth.txt", "ask: a\nask: a", "synth.txt:2: line given twice");
    }
    TEST("bad example cases are named with file and line")
    {
        check_error("case-1.json", "[]", "case-1.json:1: an example case is a JSON object");
        check_error("case-1.json", "{\n\"subject\": 1,\n}", "case-1.json:3: invalid JSON");
        check_error("case-1.json", "{\"communications\":[]}", "no \"subject\"");
        check_error("case-1.json", "{\"subject\":\"\",\"communications\":[]}", "no \"subject\"");
        check_error("case-1.json", "{\"subject\":\"s\"}", "no \"communications\"");
        check_error("case-1.json", "{\"subject\":\"s\",\"communications\":[{}]}", "no \"body\"");
        check_error("case-x.jsonl", "{\"subject\":\"s\",\"communications\":[]}\n7\n",
                    "case-x.jsonl:2: an example");
        CHECK(!category_file_is_known("case-.json") && !category_file_is_known("case.json") &&
              category_file_is_known("case-a.jsonl"));
    }
    TEST("too much of anything is refused")
    {
        struct buf text;

        buf_init(&text, 8 << 20);
        for (int i = 0; i < CATEGORY_DESCRIPTION_BYTES_MAX + 1; i++)
            buf_addc(&text, 'x');
        check_error("desc.txt", buf_str(&text), "desc.txt:1: longer than");
        buf_reset(&text);
        buf_adds(&text, "1\t");
        for (int i = 0; i < CATEGORY_CUE_BYTES_MAX + 1; i++)
            buf_addc(&text, 'x');
        check_error("cues.txt", buf_str(&text), "the phrase is longer than");
        buf_reset(&text);
        for (int i = 0; i <= CATEGORY_ENTRIES_MAX; i++)
            buf_addf(&text, "1\tw%d\n", i);
        check_error("cues.txt", buf_str(&text), "cues.txt:20001: more than");
        buf_reset(&text);
        while (text.len <= CATEGORY_FILE_BYTES_MAX)
            buf_adds(&text, "# nothing but comments\n");
        check_error("cues.txt", buf_str(&text), "cues.txt:1: larger than");
        buf_clear(&text);
        CHECK_STR("cues.txt:1: invalid UTF-8 or a NUL byte", parse_error("cues.txt", "1\ta\0b", 5));
    }
}

int main(void)
{
    scratch_make(root);
    test_builtin();
    test_folder();
    test_digest();
    test_bad_folders();
    test_bad_files();
    scratch_remove(root);
    return unit_end();
}

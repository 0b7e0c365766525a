#include "aws/xml.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

/* The events of a document in one line: "<a <b b>text a>", then "." for its end or "! message". */
static const char *events_of(const char *text, size_t len)
{
    static char line[4096];
    FILE *out = fmemopen(line, sizeof(line), "w");
    struct error err = {0};
    struct xml x;
    enum xml_event event;

    xml_init(&x, text, len);
    while ((event = xml_next(&x, &err)) == XML_START || event == XML_END) {
        if (event == XML_START)
            fprintf(out, "<%.*s ", (int)x.name.len, x.name.at);
        else
            fprintf(out, "%.*s>%s ", (int)x.name.len, x.name.at, xml_text(&x, NULL));
    }
    fprintf(out, event == XML_DONE ? "." : "! %s", err.message);
    xml_clear(&x);
    fclose(out);
    return line;
}

static void check_events(const char *expected, const char *text)
{
    CHECK_STR(expected, events_of(text, strlen(text)));
}

static void test_elements(void)
{
    TEST("elements begin and end, and those that end have their text")
    {
        check_events("<a a> .", "<a/>");
        check_events("<a a> .", "<a></a>");
        check_events("<a <b b>1 <c c> a> .", "<a><b>1</b><c /></a>");
        check_events("<a a> x  .", "<a> x </a>");
    }
    TEST("declaration, comments, processing instructions and a byte order mark are passed over")
    {
        check_events("<a a>xy .",
                     "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- <b> -->\n"
                     "<a>x<!-- & < -->y<?p ?></a>\n<!--->-->");
    }
    TEST("attributes are passed over, whatever is in them, and prefixes are no part of a name")
    {
        check_events("<a <b b>1 a> .",
                     "<s:a xmlns:s='http://x/' y = \"a>b'/>\"\n><s:b z=\"\">1</s:b ></s:a>");
    }
    TEST("text before an element does not become that element's")
    {
        check_events("<a <b b>2 a>3 .", "<a>1<b>2</b>3</a>");
    }
}

static void test_text(void)
{
    TEST("the five entities and characters by number are replaced, even where XML 1.0 has no such "
         "character")
    {
        check_events("<a a><>&\"' .", "<a>&lt;&gt;&amp;&quot;&apos;</a>");
        check_events("<a a>A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x01\r .",
                     "<a>&#65;&#xE9;&#x20ac;&#128512;&#1;&#xd;</a>");
        check_events("<a a>&lt; .", "<a>&amp;lt;</a>");
    }
    TEST("a CDATA section is text as it stands")
    {
        check_events("<a a>1<b>&amp;]]2 .", "<a>1<![CDATA[<b>&amp;]]]]>2</a>");
        check_events("<a a> .", "<a><![CDATA[]]></a>");
    }
    TEST("line ends become newlines")
    {
        check_events("<a a>1\n2\n3\n\n .", "<a>1\r\n2\r3\n\r</a>");
        check_events("<a a>1\n2 .", "<a><![CDATA[1\r\n2]]></a>");
    }
    TEST("bytes that are not UTF-8 come through")
    {
        check_events("<a a>\xff\xfe .", "<a>\xff\xfe</a>");
    }
}

static void check_bad(const char *expected, const char *text)
{
    char message[256];

    snprintf(message, sizeof(message), "! invalid XML at byte %s", expected);
    CHECK_STR(message, strchr(events_of(text, strlen(text)), '!'));
}

static void test_refused(void)
{
    TEST("a document type definition is refused, so no entity can be declared")
    {
        check_bad("0: a document type definition, which is not accepted",
                  "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>");
        check_bad("3: an unknown or damaged entity", "<a>&b;</a>");
    }
    TEST("damaged entities are refused")
    {
        check_bad("3: an unknown or damaged entity", "<a>&</a>");
        check_bad("3: an unknown or damaged entity", "<a>&;</a>");
        check_bad("3: an unknown or damaged entity", "<a>&amp</a>");
        check_bad("7: an unknown or damaged entity", "<a>&#0;</a>");
        check_bad("6: an unknown or damaged entity", "<a>&#;</a>");
        check_bad("7: an unknown or damaged entity", "<a>&#x;</a>");
        check_bad("8: an unknown or damaged entity", "<a>&#1f;</a>");
        check_bad("11: an unknown or damaged entity", "<a>&#xD800;</a>");
        check_bad("13: an unknown or damaged entity", "<a>&#x110000;</a>");
        check_bad("3: an unknown or damaged entity", "<a>&#x100000000000000041;</a>");
    }
    TEST("what is cut off is refused")
    {
        check_bad("0: it is empty", "");
        check_bad("2: it is empty", " \n");
        check_bad("3: it ends too early", "<a>");
        check_bad("2: a tag without end", "<a");
        check_bad("2: a tag without end", "<a/");
        check_bad("3: a tag without end", "<a ");
        check_bad("4: an attribute without value", "<a b");
        check_bad("5: an attribute without quotes", "<a b=c>");
        check_bad("3: a damaged tag", "<a =''>");
        check_bad("0: a comment without end", "<!-- ");
        check_bad("0: a processing instruction without end", "<?xml ");
        check_bad("3: a CDATA section without end", "<a><![CDATA[]]</a>");
        check_bad("5: an attribute without end", "<a b='>");
    }
    TEST("elements that do not fit into one another are refused")
    {
        check_bad("9: an end tag without its start", "<a><b></a></b>");
        check_bad("3: an end tag without its start", "</a>");
        check_bad("6: a second root element", "<a/><b/>");
        check_bad("8: text outside of the root element", "<a></a>x");
        check_bad("1: '<' without a name", "<>");
        check_bad("10: an end tag without its start", "<x:a></y:a>");
    }
    TEST("a NUL byte is refused, in text and in tags")
    {
        CHECK_STR("<a ! invalid XML at byte 5: a NUL byte", events_of("<a>x\0</a>", 9));
        CHECK_STR("<a ! invalid XML at byte 16: a NUL byte",
                  events_of("<a><![CDATA[\0]]></a>", 20));
        CHECK_STR("! invalid XML at byte 2: a damaged tag", events_of("<a\0></a>", 8));
    }
    TEST("no message shows the document")
    {
        CHECK(strstr(events_of("<a>s3cr3t&s3cr3t;</s3cr3t>", 26) + 3, "s3cr3t") == NULL);
    }
}

static void test_limits(void)
{
    size_t size = XML_TEXT_BYTES_MAX + 8;
    char *big = malloc(size);
    char deep[8 * XML_DEPTH_MAX] = "";
    struct error err;
    struct xml x;

    for (int i = 0; i < XML_DEPTH_MAX; i++)
        strcat(deep, "<a>"); /* banned: the size is reckoned above */
    TEST("nesting is bounded")
    {
        CHECK(strstr(events_of(deep, 3 * XML_DEPTH_MAX), "it ends too early") != NULL);
        strcat(deep, "<a>"); /* banned: the size is reckoned above */
        CHECK(strstr(events_of(deep, 3 * XML_DEPTH_MAX + 3), "nested too deeply") != NULL);
    }
    memset(big, 'x', size);
    memcpy(big, "<a>", 3);
    TEST("an element's text is bounded")
    {
        memcpy(big + 3 + XML_TEXT_BYTES_MAX, "</a>", 4);
        xml_init(&x, big, size - 1);
        CHECK(xml_next(&x, &err) == XML_START);
        CHECK(xml_next(&x, &err) == XML_END);
        CHECK_INT(XML_TEXT_BYTES_MAX, x.text.len);
        xml_clear(&x);
        memcpy(big + 3 + XML_TEXT_BYTES_MAX, "x</a>", 5);
        xml_init(&x, big, size);
        CHECK(xml_next(&x, &err) == XML_START);
        CHECK(xml_next(&x, &err) == XML_BAD);
        CHECK(xml_next(&x, &err) == XML_BAD);
        xml_clear(&x);
    }
    free(big);
}

static void check_find(int status, const char *expected, const char *path, const char *text)
{
    struct buf out;
    struct error err = {0};

    buf_init(&out, 16);
    CHECK_INT(status, xml_find(text, strlen(text), path, &out, &err));
    CHECK_STR(expected, buf_str(&out));
    buf_clear(&out);
}

static void test_find(void)
{
    TEST("the text at a path is the first there, with any element for a star")
    {
        check_find(1, "1", "a/b", "<a><b>1</b><b>2</b></a>");
        check_find(1, "2", "a/b/c", "<a><c>0</c><b><d><c>1</c></d></b><b><c>2</c></b></a>");
        check_find(
            1, "x", "*/Error/Code",
            "<ErrorResponse xmlns='http://s/'><Error><Code>x</Code></Error></ErrorResponse>");
        check_find(1, "", "a", "<a/>");
        check_find(1, "", "a/b", "<a><b/><b>2</b></a>");
    }
    TEST("a path that is not there gives nothing")
    {
        check_find(0, "", "a/c", "<a><b><c>1</c></b></a>");
        check_find(0, "", "b", "<a><b>1</b></a>");
        check_find(0, "", "a/b/c", "<a><b>1</b></a>");
        check_find(0, "", "", "<a>1</a>");
    }
    TEST("a damaged document, and a text that is too long for its place, are errors")
    {
        check_find(-1, "", "a/b", "<a><b>1</a>");
        check_find(1, "1", "a/b", "<a><b>1</b><c></a>"); /* as far as it was read */
        check_find(-1, "", "a", "<a>12345678901234567</a>");
    }
}

int main(void)
{
    test_elements();
    test_text();
    test_refused();
    test_limits();
    test_find();
    return unit_end();
}

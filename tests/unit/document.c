#include "offline/document.h"

#include "offline_model.h"
#include "unit.h"

static const char *const support_case =
    "{\"subject\":\"API is "
    "slow\",\"severityCode\":\"low\",\"serviceCode\":\"amazon-api-gateway\",\"communications\":["
    "{\"from\":\"customer\",\"body\":\"Hi,\\n\\nOur API is slow. Why is that?\\n\\nBest "
    "regards,\\nJo Doe\"},"
    "{\"from\":\"aws\",\"body\":\"Hello Jo,\\n\\nThank you for contacting AWS Support. The root "
    "cause is a quota.\\n> Our API is slow.\"},"
    "{\"from\":\"customer\",\"body\":\"Thanks, it works.\"}]}";

/* The text of a sentence. */
static const char *sentence(const struct document *doc, size_t index)
{
    static char out[200];
    const struct doc_sentence *s = &doc->sentences[index];

    snprintf(out, sizeof(out), "%.*s", (int)(s->end - s->start), buf_str(&doc->text) + s->start);
    return out;
}

static void test_structure(struct model *m)
{
    const struct document *doc = &m->document;

    TEST("messages know their voice and turn")
    {
        model_read(m, support_case);
        CHECK_INT(5, doc->message_count);
        CHECK_INT(VOICE_FACTS, doc->messages[0].voice);
        CHECK_INT(VOICE_SUBJECT, doc->messages[1].voice);
        CHECK_INT(VOICE_AWS, doc->messages[3].voice);
        CHECK(doc->messages[2].turn == 0 && doc->messages[2].turns == 2 &&
              doc->messages[4].turn == 1);
        CHECK_STR("amazon-api-gateway", doc->service_code);
    }
    TEST("sentences know their kind and what they do")
    {
        CHECK_STR("low severity", sentence(doc, 0));
        CHECK_STR("API is slow", sentence(doc, 1));
        CHECK_INT(PROSE_GREETING, doc->sentences[2].kind);
        CHECK_STR("Our API is slow.", sentence(doc, 3));
        CHECK(doc->sentences[4].question && !doc->sentences[3].question);
        CHECK_INT(PROSE_SIGNATURE, doc->sentences[5].kind);
        CHECK(doc->sentences[7].boilerplate && !doc->sentences[8].boilerplate);
        CHECK(doc->sentences[8].has_cause && !doc->sentences[3].has_cause);
        CHECK_INT(PROSE_QUOTE, doc->sentences[9].kind);
    }
    TEST("greetings, signatures and quotes have no words")
    {
        CHECK_INT(0, doc->sentences[2].token_count);
        CHECK_INT(0, doc->sentences[5].token_count);
        CHECK_INT(0, doc->sentences[9].token_count);
        CHECK_INT(4, doc->sentences[3].token_count);
    }
    TEST("a mark between two words is seen")
    {
        const struct token *t = doc->tokens.items + doc->sentences[10].first_token;

        CHECK_STR("Thanks, it works.", sentence(doc, 10));
        CHECK_INT(3, doc->sentences[10].token_count);
        CHECK(document_has_mark_between(doc, &t[0], &t[1], ",;"));
        CHECK(!document_has_mark_between(doc, &t[1], &t[2], ",;"));
        CHECK(!document_has_mark_between(doc, &t[0], &t[1], ".;"));
    }
}

static void test_edges(struct model *m)
{
    TEST("a document is read anew for each case")
    {
        model_read(m, "{\"subject\":\"x\",\"communications\":[]}");
        CHECK_INT(2, m->document.message_count);
        CHECK_STR("", m->document.service_code);
        model_read(
            m, "{\"communications\":[{\"from\":\"aws\",\"body\":\"\"},{\"from\":\"customer\"},7]}");
        CHECK_INT(3, m->document.message_count);
    }
    TEST("what is no case is refused")
    {
        jv data = jv_object();

        CHECK_INT(-1, document_read(&m->document, &m->lexicon, data));
        jv_free(data);
    }
    TEST("a subject of any length and script is one sentence")
    {
        model_read(m, "{\"subject\":\"- Hello, > x. Y? 障害。です\",\"severityCode\":\"\\u0000\"}");
        CHECK_INT(2, m->document.sentence_count);
        CHECK_STR("- Hello, > x. Y? 障害。です", sentence(&m->document, 1));
    }
}

int main(void)
{
    struct model m;

    model_init(&m);
    model_learn(&m);
    test_structure(&m);
    test_edges(&m);
    model_clear(&m);
    return unit_end();
}

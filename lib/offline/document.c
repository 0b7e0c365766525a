#include "offline/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { TEXT_BYTES_MAX = 32 << 20, FACTS_BYTES_MAX = 100 };

void document_init(struct document *doc)
{
    *doc = (struct document){0};
    buf_init(&doc->text, TEXT_BYTES_MAX);
    tokens_init(&doc->tokens);
}

void document_clear(struct document *doc)
{
    buf_clear(&doc->text);
    free(doc->messages);
    free(doc->sentences);
    tokens_clear(&doc->tokens);
    sentence_list_clear(&doc->scratch);
}

static void note_match(void *context, const struct match *match)
{
    (void)match;
    *(bool *)context = true;
}

static bool has_any(const struct matcher *matcher, const struct document *doc,
                    const struct doc_sentence *s)
{
    bool found = false;

    matcher_find(matcher, doc->tokens.items + s->first_token, s->token_count, note_match, &found);
    return found;
}

static bool is_question(const char *text, size_t len)
{
    return len > 0 &&
           (text[len - 1] == '?' || (len >= 3 && memcmp(text + len - 3, "\xef\xbc\x9f", 3) == 0));
}

static void add_sentence(struct document *doc, const struct lexicon *lexicon,
                         const struct sentence *from)
{
    const char *text = buf_str(&doc->text) + from->start;
    size_t len = from->end - from->start;
    struct doc_sentence s = {.start = from->start, .end = from->end, .kind = from->kind};

    s.message = doc->message_count - 1;
    s.first_token = doc->tokens.count;
    if (from->kind == PROSE_TEXT || from->kind == PROSE_LOG) {
        tokens_split(&doc->tokens, text, len, from->start);
        vocabulary_look_up(lexicon->vocabulary, &doc->tokens, s.first_token);
        s.token_count = doc->tokens.count - s.first_token;
        s.question = is_question(text, len);
        s.boilerplate = has_any(lexicon->boilerplate, doc, &s);
        s.has_cause = has_any(lexicon->causes, doc, &s);
    }
    doc->sentences = mem_grow(doc->sentences, &doc->sentence_cap, doc->sentence_count + 1,
                              sizeof(*doc->sentences));
    doc->sentences[doc->sentence_count++] = s;
}

static void add_message(struct document *doc, const struct lexicon *lexicon, enum voice voice,
                        const char *text, size_t len)
{
    size_t base = doc->text.len;
    struct doc_message *m;

    if (buf_add(&doc->text, text, len) < 0 || buf_addc(&doc->text, '\n') < 0)
        return;
    doc->messages =
        mem_grow(doc->messages, &doc->message_cap, doc->message_count + 1, sizeof(*doc->messages));
    m = &doc->messages[doc->message_count++];
    *m = (struct doc_message){.voice = voice, .first_sentence = doc->sentence_count};
    doc->scratch.count = 0;
    if (voice == VOICE_FACTS || voice == VOICE_SUBJECT) { /* one line, whatever it looks like */
        struct sentence whole = {(uint32_t)base, (uint32_t)(base + len), PROSE_TEXT};

        add_sentence(doc, lexicon, &whole);
    } else {
        prose_split(&doc->scratch, buf_str(&doc->text) + base, len, base);
        for (size_t i = 0; i < doc->scratch.count; i++)
            add_sentence(doc, lexicon, &doc->scratch.items[i]);
    }
    m->sentence_count = doc->sentence_count - m->first_sentence;
}

static void count_turns(struct document *doc)
{
    int turns[VOICE_AWS + 1] = {0};

    for (size_t i = 0; i < doc->message_count; i++)
        doc->messages[i].turn = turns[doc->messages[i].voice]++;
    for (size_t i = 0; i < doc->message_count; i++)
        doc->messages[i].turns = turns[doc->messages[i].voice];
}

/* What the case's data say that speaks for a category: "low severity". */
static void add_facts(struct document *doc, const struct lexicon *lexicon, jv data)
{
    const char *severity = json_str(data, "severityCode", NULL);
    char text[FACTS_BYTES_MAX] = "";

    if (severity != NULL)
        snprintf(text, sizeof(text), "%s severity", severity);
    add_message(doc, lexicon, VOICE_FACTS, text, utf8_valid_prefix(text, strlen(text)));
}

static void set_service(struct document *doc, jv data)
{
    size_t len = 0;
    const char *code = json_str(data, "serviceCode", &len);

    if (code == NULL || len >= sizeof(doc->service_code))
        len = 0;
    memcpy(doc->service_code, code ? code : "", len);
    doc->service_code[len] = '\0';
    doc->service = service_find(doc->service_code);
}

int document_read(struct document *doc, const struct lexicon *lexicon, jv data)
{
    jv all = json_get(data, "communications");
    size_t len = 0;
    const char *subject = json_str(data, "subject", &len);

    doc->message_count = doc->sentence_count = 0;
    buf_reset(&doc->text);
    tokens_reset(&doc->tokens);
    if (subject == NULL && !json_is(all, JV_KIND_ARRAY))
        return -1;
    add_facts(doc, lexicon, data);
    add_message(doc, lexicon, VOICE_SUBJECT, subject ? subject : "", subject ? len : 0);
    for (int i = 0; i < json_count(all); i++) {
        jv one = json_at(all, i);
        const char *from = json_str(one, "from", NULL);
        const char *body = json_str(one, "body", &len);
        bool aws = from != NULL && strcmp(from, "aws") == 0;

        if (body != NULL)
            add_message(doc, lexicon, aws ? VOICE_AWS : VOICE_CUSTOMER, body, len);
    }
    count_turns(doc);
    set_service(doc, data);
    return 0;
}

bool document_has_mark_between(const struct document *doc, const struct token *first,
                               const struct token *second, const char *marks)
{
    for (size_t i = first->end; i < second->start; i++) {
        if (doc->text.data[i] != '\0' && strchr(marks, doc->text.data[i]) != NULL)
            return true;
    }
    return false;
}

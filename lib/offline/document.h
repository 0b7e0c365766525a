#ifndef MAKI_OFFLINE_DOCUMENT_H
#define MAKI_OFFLINE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "maki/service.h"
#include "offline/lexicon.h"
#include "offline/prose.h"
#include "offline/tokens.h"
#include "json/json.h"

/*
 * A case as the offline model reads it: messages made of sentences made of words, with who says
 * what. The first message are its facts, in words ("low severity"), so that cue phrases can speak
 * of them.
 */
enum voice { VOICE_FACTS, VOICE_SUBJECT, VOICE_CUSTOMER, VOICE_AWS };

struct doc_message {
    enum voice voice;
    size_t first_sentence, sentence_count;
    int turn;  /* of this voice, from 0 */
    int turns; /* of this voice in all */
};

struct doc_sentence {
    size_t start, end; /* bytes of document.text */
    enum prose_kind kind;
    size_t message;
    size_t first_token, token_count;
    bool question;
    bool boilerplate;
    bool has_cause; /* words that name a cause */
};

struct document {
    struct buf text; /* all that was written, one message after another */
    struct doc_message *messages;
    size_t message_count, message_cap;
    struct doc_sentence *sentences;
    size_t sentence_count, sentence_cap;
    struct token_list tokens; /* of sentences of text and of program output only */
    struct sentence_list scratch;
    char service_code[128];
    const struct service *service; /* of that code, or NULL */
};

void document_init(struct document *doc);
void document_clear(struct document *doc);

/*
 * Read a case's data (borrowed) in place of what the document held. -1 if there is no subject and
 * no communication. Words get their ids from the lexicon's vocabulary.
 */
int document_read(struct document *doc, const struct lexicon *lexicon, jv data);

/* True if one of the marks stands between two tokens (of doc->tokens), the first before the second.
 */
bool document_has_mark_between(const struct document *doc, const struct token *first,
                               const struct token *second, const char *marks);

#endif

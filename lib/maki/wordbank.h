#ifndef MAKI_MAKI_WORDBANK_H
#define MAKI_MAKI_WORDBANK_H

#include <stddef.h>

/*
 * Words that synthetic cases are made of whatever their category: share/synth.txt, "slot: text"
 * lines, built in; read once, kept until the process ends. All people, teams and resources in it
 * are made up.
 */
enum wordbank_slot {
    WORDS_TEAM,     /* who is affected: "our checkout team" */
    WORDS_PERSON,   /* "Amara Okonjo-Bell" */
    WORDS_GREETING, /* "Hello," */
    WORDS_SIGNOFF,  /* "Best regards," */
    WORDS_IMPACT,   /* on the business, from none to severe */
    WORDS_CONTEXT,  /* harmless background that fits any category */
    WORDS_FILLER,   /* "filler_reply": AWS answers without naming a cause */
    WORDS_THANKS,   /* the customer is thankful */
    WORDS_ANGER,    /* the customer is angry */
    WORDS_NEUTRAL,  /* the customer closes without feeling */
    WORDS_REGION,
    WORDS_VERSION,
    WORDS_RESOURCE, /* "resourcename" */
    WORDS_TYPE,     /* "instancetype": "m6i.xlarge" */
    WORDS_POLITE,   /* friendly words before anything is solved */
    WORDS_COUNT,
};

/* The n-th text of a slot, counted from 0 and modulo their number. Every slot has one. */
const char *wordbank_text(enum wordbank_slot slot, size_t n);
size_t wordbank_count(enum wordbank_slot slot);

#endif

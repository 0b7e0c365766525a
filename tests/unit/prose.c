#include "offline/prose.h"

#include "unit.h"

/* All sentences, one a line: "T text", L log, G greeting, S signature, Q quote. Newlines within
 * become spaces. */
static const char *split(const char *text)
{
    static char out[4000];
    struct sentence_list list = {0};
    size_t n = 0;

    prose_split(&list, text, strlen(text), 0);
    out[0] = '\0';
    for (size_t i = 0; i < list.count && n + 1200 < sizeof(out); i++) {
        const struct sentence *s = &list.items[i];

        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%c %.*s", i ? "\n" : "",
                              "TLGSQ"[s->kind], (int)(s->end - s->start), text + s->start);
        for (size_t k = n - (s->end - s->start); k < n; k++)
            out[k] = (char)(out[k] == '\n' ? ' ' : out[k]);
    }
    sentence_list_clear(&list);
    return out;
}

int main(void)
{
    TEST("sentences end at marks, not within versions, addresses and abbreviations")
    {
        CHECK_STR("T One.\nT Two!\nT Three?", split("One. Two! Three?"));
        CHECK_STR("T We run v1.27 at https://a.example/x.y now.\nT It fails, e.g. at night.",
                  split("We run v1.27 at https://a.example/x.y now. It fails, e.g. at night."));
        CHECK_STR("T Dr. Doe and J. Roe saw approx. 5 errors.\nT Then none...\nT Why?",
                  split("Dr. Doe and J. Roe saw approx. 5 errors. Then none... Why?"));
        CHECK_STR("T no errors.\nT thx, etc. and so on.", split("no errors. thx, etc. and so on."));
        CHECK_STR("T He said \"stop.\"\nT We did.", split("He said \"stop.\" We did."));
        CHECK_STR("T 接続できません。\nT 原因は？", split("接続できません。原因は？"));
    }
    TEST("wrapped lines are joined, blank lines and list items separate")
    {
        CHECK_STR(
            "T The database of our shop has been slow since this morning and nobody knows why.",
            split("The database of our shop has been slow since this morning\nand nobody knows "
                  "why."));
        CHECK_STR("T Region: eu-west-1\nT Account: 111122223333",
                  split("Region: eu-west-1\nAccount: 111122223333"));
        CHECK_STR("T Two steps:\nT Do this.\nT Do that",
                  split("Two steps:\n1. Do this.\n2. Do that"));
        CHECK_STR("T A\nT B", split("A\r\n\r\nB\r\n"));
    }
    TEST("greetings and signatures are told apart from the text")
    {
        CHECK_STR("G Hello team,\nT It is slow.\nS Best regards, Jo Doe, Example Corp",
                  split("Hello team,\n\nIt is slow.\n\nBest regards,\nJo Doe, Example Corp"));
        CHECK_STR("G Hi,\nT our disk is full.", split("Hi, our disk is full."));
        CHECK_STR("T History is kept.", split("History is kept."));
        CHECK_STR("T It works.\nT Thanks for the quick fix, we close this.",
                  split("It works.\nThanks for the quick fix, we close this."));
        CHECK_STR("T It is slow.\nS Tomasz Wielgosz", split("It is slow.\n\nTomasz Wielgosz"));
        CHECK_STR("T It is slow.\nS --  Jo", split("It is slow.\n-- \nJo"));
        CHECK_STR("T Thank you.", split("Thank you."));
        CHECK_STR("T All is green.\nT Thanks, it works.",
                  split("All is green.\nThanks, it works."));
        CHECK_STR("T All is green.\nS Thanks again, Jo", split("All is green.\nThanks again, Jo"));
    }
    TEST("quoted earlier messages are told apart")
    {
        CHECK_STR("T Still slow.\nQ > It is slow.\nT Really.",
                  split("Still slow.\n> It is slow.\nReally."));
        CHECK_STR("T Fixed.\nQ On Mon, 3 Feb 2026 Jo wrote: It is slow.",
                  split("Fixed.\n\nOn Mon, 3 Feb 2026 Jo wrote:\nIt is slow."));
        CHECK_STR("T Ok.\nQ -----Original Message----- From: Jo",
                  split("Ok.\n-----Original Message-----\nFrom: Jo"));
    }
    TEST("program output is told apart")
    {
        CHECK_STR("T It says:\nL {\"error\":\"x\",\"code\":[1,2]}\nT Why?",
                  split("It says:\n{\"error\":\"x\",\"code\":[1,2]}\nWhy?"));
        CHECK_STR("T See\nL ```\nL plain words\nL ```\nT Done",
                  split("See\n```\nplain words\n```\nDone"));
    }
    TEST("a text without marks is cut into bounded sentences")
    {
        static char text[5000];
        struct sentence_list list = {0};

        memset(text, 'x', sizeof(text) - 1);
        prose_split(&list, text, sizeof(text) - 1, 0);
        CHECK(list.count >= 4);
        for (size_t i = 0; i < list.count; i++)
            CHECK(list.items[i].end - list.items[i].start <= SENTENCE_BYTES_MAX + 200);
        sentence_list_clear(&list);
    }
    TEST("no text gives no sentences")
    {
        CHECK_STR("", split(""));
        CHECK_STR("", split(" \n\n"));
    }
    return unit_end();
}

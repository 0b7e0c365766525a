#ifndef MAKI_AWS_XML_H
#define MAKI_AWS_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * The XML that AWS services answer with (S3, STS), read by pulling: elements and their text, one
 * event after another. What a stranger's document could make expensive is refused: a document type
 * definition and the entities it declares, nesting over XML_DEPTH_MAX, an element's own text over
 * XML_TEXT_BYTES_MAX. Attributes are passed over, as are comments and processing instructions; a
 * prefix is not part of a name. Bytes that are not UTF-8 come through as they stand. See
 * https://www.w3.org/TR/xml/
 */
enum { XML_DEPTH_MAX = 32, XML_TEXT_BYTES_MAX = 1 << 20 };

enum xml_event {
    XML_START, /* an element begins */
    XML_END,   /* it ends: xml_text() is its text, or what stood behind the last element in it */
    XML_DONE,  /* the document ends */
    XML_BAD,   /* it is none; err says why and where. It stays so. */
};

struct xml_name {
    const char *at;
    size_t len;
};

struct xml {
    const char *start, *at, *end;
    struct xml_name whole[XML_DEPTH_MAX]; /* names of the open elements with their prefixes */
    size_t open;                          /* how many of them there are */
    struct xml_name name;                 /* of the latest event */
    size_t depth;                         /* of the latest event */
    bool empty;                           /* "<a/>" has begun and not ended yet */
    bool had_root;
    struct buf text; /* wiped: STS answers with secrets */
};

/* Read from `text`, which must outlive the reading. */
void xml_init(struct xml *x, const char *text, size_t len);
void xml_clear(struct xml *x);

enum xml_event xml_next(struct xml *x, struct error *err);

/*
 * Of the latest event: whether its element has this name; how many elements lie around it (0 for
 * the root).
 */
bool xml_is(const struct xml *x, const char *name);
size_t xml_depth(const struct xml *x);

/*
 * Entities replaced and line ends made '\n'; white space stays. It may hold any byte but NUL. Lives
 * until the next event.
 */
const char *xml_text(const struct xml *x, size_t *len);

/*
 * Append the text of the first element at a path of names from the root on, "Error/Code"; "*"
 * stands for any one name. 1 if there is one, 0 if not, -1 with ERR_DATA for a document that is
 * none, up to there, or a full buffer.
 */
int xml_find(const char *text, size_t len, const char *path, struct buf *out, struct error *err);

#endif

#include "bucket_walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "cid.h"

/* The last character there is: behind a key that ends in it come no others that begin like it. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"

enum { URI_BYTES_MAX = 4096 };

/* A folder of communications, read alongside its folder of data. */
struct join {
    char *folder;         /* "…support-cases-communications/"; NULL: none yet */
    char *prefix;         /* of the list */
    bool whole;           /* the list is all of the folder */
    bool any;             /* there is something in it */
    struct s3_list *list; /* NULL before it is needed */
    bool has_next;        /* `next` was not matched yet */
    struct s3_entry next;
};

struct bucket_walk {
    struct fetch *fetch;
    struct http_transport *transport;
    const struct s3_uri *uri;
    size_t prefix_len; /* of uri->key, without '/' at its end */
    bool folder;       /* it ended in one: only what is below is meant */
    struct s3_list *list;
    struct join join;
    bool any;
};

struct bucket_walk *bucket_walk_new(struct fetch *fetch, struct http_transport *transport,
                                    const struct s3_uri *uri)
{
    struct bucket_walk *walk = mem_calloc(1, sizeof(*walk));
    char *prefix;

    walk->fetch = fetch;
    walk->transport = transport;
    walk->uri = uri;
    walk->prefix_len = strlen(uri->key);
    while (walk->prefix_len > 0 && uri->key[walk->prefix_len - 1] == '/')
        walk->prefix_len--;
    walk->folder = uri->key[walk->prefix_len] == '/';
    prefix = mem_printf("%.*s%s", (int)walk->prefix_len, uri->key,
                        walk->folder && walk->prefix_len > 0 ? "/" : "");
    walk->list = s3_list_new(transport, uri->bucket, prefix);
    free(prefix);
    return walk;
}

static void leave_join(struct join *join)
{
    s3_list_free(join->list);
    free(join->folder);
    free(join->prefix);
    *join = (struct join){0};
}

void bucket_walk_free(struct bucket_walk *walk)
{
    if (walk == NULL)
        return;
    leave_join(&walk->join);
    s3_list_free(walk->list);
    free(walk);
}

static void ignore(struct bucket_walk *walk, const char *key)
{
    size_t len = strlen(key);

    if (len > 0 && key[len - 1] == '/')
        return; /* consoles make such, for folders */
    walk->fetch->stats.files_ignored++;
    diag_info("s3://%s/%s: not read: its name does not end in .json, .jsonl or .ndjson, or these "
              "and .gz",
              walk->uri->bucket, key);
}

/* A prefix may also be that of another folder's name. */
static bool is_communications(struct bucket_walk *walk, const char *key)
{
    const char *folder = walk->join.folder;

    if (strncmp(key, folder, strlen(folder)) != 0)
        return false;
    if (values_are_in(key))
        return true;
    ignore(walk, key);
    return false;
}

/* On to the next object of communications: 1, 0 at the end, -1. */
static int next_communications(struct bucket_walk *walk, struct error *err)
{
    struct join *join = &walk->join;
    int status;

    if (join->list == NULL)
        join->list = s3_list_new(walk->transport, walk->uri->bucket, join->prefix);
    do {
        status = s3_list_next(join->list, &join->next, err);
    } while (status == 1 && !is_communications(walk, join->next.key));
    join->has_next = status == 1;
    join->any |= status == 1;
    return status;
}

static void tell_orphan(struct bucket_walk *walk, const char *key)
{
    char *uri = mem_printf("s3://%s/%s", walk->uri->bucket, key);

    cid_tell_orphan(walk->fetch, uri);
    free(uri);
}

/*
 * On to the communications of the data object whose key ends in `suffix`; NULL: to the end. What is
 * passed over belongs to no data. 1 if there are some, 0, -1.
 */
static int match(struct bucket_walk *walk, const char *suffix, struct error *err)
{
    struct join *join = &walk->join;

    for (;;) {
        int order;

        if (!join->has_next) {
            int status = next_communications(walk, err);

            if (status <= 0)
                return status;
        }
        order = suffix ? strcmp(cid_suffix(join->next.key, CID_COMMUNICATIONS), suffix) : -1;
        if (order > 0)
            return 0;
        join->has_next = false;
        if (order == 0)
            return 1;
        if (join->whole)
            tell_orphan(walk, join->next.key);
    }
}

static int finish_join(struct bucket_walk *walk, struct error *err)
{
    struct join *join = &walk->join;
    int status = 0;

    /* a list that was read to its end has nothing more to give */
    if (join->folder != NULL && join->whole)
        status = match(walk, NULL, err);
    leave_join(join);
    return status < 0 ? -1 : 0;
}

/*
 * Be at the folder of communications that the key lies in, or whose counterpart it lies in. Where
 * the source is a part of the folder of data, the list is the same part of the other one, and what
 * has no data there may have some elsewhere.
 */
static int enter_join(struct bucket_walk *walk, const char *folder, struct error *err)
{
    struct join *join = &walk->join;
    struct buf prefix;
    char *place;

    if (join->folder != NULL && strcmp(join->folder, folder) == 0)
        return 0;
    if (finish_join(walk, err) < 0)
        return -1;
    buf_init(&prefix, URI_BYTES_MAX);
    place = mem_printf("%.*s/", (int)walk->prefix_len, walk->uri->key);
    join->folder = mem_strdup(folder);
    join->whole = !cid_counterpart(place, CID_DATA, CID_COMMUNICATIONS, &prefix);
    if (!join->whole)
        buf_truncate(&prefix, prefix.len - 1); /* it may be an object, too */
    join->prefix = mem_strdup(join->whole ? folder : buf_str(&prefix));
    free(place);
    buf_clear(&prefix);
    return 0;
}

/* The folder of communications that goes with a key: itself in one, or in a folder of data. */
static char *folder_of(const char *key, const char *name)
{
    const char *suffix = cid_suffix(key, name);

    return mem_printf("%.*s" CID_COMMUNICATIONS "/",
                      (int)(suffix - key - (ptrdiff_t)strlen(name) - 1), key);
}

/* The bucket's list has come to communications: they are read with the data, so it goes on behind
 * them. */
static int pass_communications(struct bucket_walk *walk, const char *key, struct error *err)
{
    char *folder = folder_of(key, CID_COMMUNICATIONS);
    char *last = mem_printf("%s" LAST_CHARACTER, folder);
    bool is_new = walk->join.folder == NULL || strcmp(walk->join.folder, folder) != 0;
    int status = enter_join(walk, folder, err);

    if (status == 0 && is_new)
        status = s3_list_seek(walk->list, last, err);
    free(folder);
    free(last);
    return status;
}

static int join_data(struct bucket_walk *walk, struct bucket_file *file, struct error *err)
{
    char *folder = folder_of(file->data.key, CID_DATA);
    int status = enter_join(walk, folder, err);

    if (status == 0)
        status = match(walk, cid_suffix(file->data.key, CID_DATA), err);
    file->joined = true;
    file->has_communications = status == 1;
    if (status == 1)
        file->communications = walk->join.next;
    if (status == 0 && !walk->join.any && walk->join.whole &&
        !walk->fetch->told_no_communications) {
        char *uri = mem_printf("s3://%s/%s", walk->uri->bucket, folder);

        cid_tell_no_communications(walk->fetch, uri);
        free(uri);
    }
    free(folder);
    return status < 0 ? -1 : 0;
}

/* Does the key lie in the source? S3's prefixes are of text, but "s3://b/x" means x and what is
 * below it, not xy. 1; 0: no, go on; -1: failed; 2: no, and neither does what comes behind it. */
static int in_source(struct bucket_walk *walk, const char *key, struct error *err)
{
    char behind = key[walk->prefix_len];
    char *last;
    int status;

    if (walk->prefix_len == 0 || behind == '/' || (behind == '\0' && !walk->folder))
        return 1;
    if ((unsigned char)behind > '/')
        return 2;
    last = mem_printf("%.*s." LAST_CHARACTER, (int)walk->prefix_len, walk->uri->key);
    status = s3_list_seek(walk->list, last, err);
    free(last);
    return status;
}

static int end(struct bucket_walk *walk, struct error *err)
{
    if (!walk->any)
        diag_warn("s3://%s/%s: there is nothing", walk->uri->bucket, walk->uri->key);
    return finish_join(walk, err);
}

/* What to do with the object: 1: hand it on; 0: go on; 2: it is the end; -1. */
static int look_at(struct bucket_walk *walk, struct bucket_file *file, struct error *err)
{
    const char *key = file->data.key;
    int status = in_source(walk, key, err);

    if (status != 1)
        return status;
    walk->any = true;
    if (strlen(key) < file->data.key_len)
        return 1;
    /* one that is named is read, whatever it is called */
    if (key[walk->prefix_len] != '\0' && !values_are_in(key)) {
        ignore(walk, key);
        return 0;
    }
    if (cid_suffix(key, CID_COMMUNICATIONS) != NULL)
        return pass_communications(walk, key, err);
    if (cid_suffix(key, CID_DATA) != NULL && join_data(walk, file, err) < 0)
        return -1;
    return 1;
}

int bucket_walk_next(struct bucket_walk *walk, struct bucket_file *file, struct error *err)
{
    int status;

    do {
        *file = (struct bucket_file){0};
        status = s3_list_next(walk->list, &file->data, err);
        if (status < 0)
            return -1;
        if (status == 0)
            return end(walk, err);
        status = look_at(walk, file, err);
    } while (status == 0);
    return status == 2 ? end(walk, err) : status;
}

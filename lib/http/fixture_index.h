#ifndef MAKI_HTTP_FIXTURE_INDEX_H
#define MAKI_HTTP_FIXTURE_INDEX_H

#include "http/fixture.h"

/*
 * The fixtures below a folder, found by request. Opening reads names only, and those files whose
 * names do not tell their digests: made by hand, or renamed. When a request is not found, all files
 * are read once, so that one whose request was edited is found too.
 */
struct fixture_index;

enum { FIXTURE_INDEX_MAX = 1 << 20, FIXTURE_INDEX_DEPTH_MAX = 8 };

/* NULL with ERR_CONFIG ("NoFixtures", "DuplicateFixture"), ERR_DATA for a file that is none. Free
 * with fixture_index_free. */
struct fixture_index *fixture_index_open(const char *dir, struct error *err);
void fixture_index_free(struct fixture_index *index);

const char *fixture_index_dir(const struct fixture_index *index);

/*
 * The fixture of a request whose digest this is; the caller owns it. NULL where there is none, with
 * err->kind ERR_NONE, or with what is wrong with it.
 */
struct fixture *fixture_index_find(struct fixture_index *index, const struct http_request *request,
                                   const char *digest, struct error *err);

/*
 * The fixture whose request is most like this one, after one was not found; the caller owns it.
 * *name is its file's, below the folder. NULL if there is none. At most FIXTURE_INDEX_COMPARED_MAX
 * files are looked at.
 */
enum { FIXTURE_INDEX_COMPARED_MAX = 2000 };
struct fixture *fixture_index_nearest(struct fixture_index *index,
                                      const struct http_request *request, const char **name);

#endif

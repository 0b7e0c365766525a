#include "aws/model_id.h"

#include <fnmatch.h>
#include <string.h>

bool model_id_fits(const char *pattern, const char *model_id)
{
    const char *slash = strrchr(model_id, '/');
    const char *id = slash ? slash + 1 : model_id;
    const char *dot = strchr(id, '.');

    return fnmatch(pattern, model_id, 0) == 0 || fnmatch(pattern, id, 0) == 0 ||
           (dot != NULL && fnmatch(pattern, dot + 1, 0) == 0);
}

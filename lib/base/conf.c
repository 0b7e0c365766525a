#include "base/conf.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

enum { CONF_BYTES_MAX = 1 << 20 };

struct setting {
    char *key;
    char *value;
};

struct conf {
    char *path;
    struct setting *settings;
    size_t count;
    size_t cap;
};

static bool is_key(const char *text)
{
    if (!isupper((unsigned char)*text))
        return false;
    for (; *text; text++) {
        if (!isupper((unsigned char)*text) && !isdigit((unsigned char)*text) && *text != '_')
            return false;
    }
    return true;
}

static char *trim(char *text)
{
    size_t len;

    while (isspace((unsigned char)*text))
        text++;
    len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
    return text;
}

static char *unquote(char *text)
{
    size_t len = strlen(text);

    if (len >= 2 && (*text == '"' || *text == '\'') && text[len - 1] == *text) {
        text[len - 1] = '\0';
        return text + 1;
    }
    return text;
}

static int parse_line(struct conf *conf, char *line, int number, struct error *err)
{
    char *key = trim(line);
    char *value;

    if (*key == '\0' || *key == '#')
        return 0;
    value = strchr(key, '=');
    if (value == NULL)
        return error_set(err, ERR_CONFIG, "BadConfig", "%s:%d: expected KEY=VALUE", conf->path,
                         number);
    *value++ = '\0';
    key = trim(key);
    if (!is_key(key))
        return error_set(err, ERR_CONFIG, "BadConfig",
                         "%s:%d: a key is upper-case letters, digits and _, not '%s'", conf->path,
                         number, key);
    conf->settings = mem_grow(conf->settings, &conf->cap, conf->count + 1, sizeof(*conf->settings));
    conf->settings[conf->count++] =
        (struct setting){mem_strdup(key), mem_strdup(unquote(trim(value)))};
    return 0;
}

static int parse_file(struct conf *conf, struct error *err)
{
    struct buf text;
    int status;
    int number = 0;
    char *rest;
    char *line;

    buf_init(&text, CONF_BYTES_MAX);
    status = file_read(conf->path, &text, err);
    if (status < 0)
        err->kind = ERR_CONFIG;
    else if (strlen(buf_str(&text)) != text.len)
        status = error_set(err, ERR_CONFIG, "BadConfig", "%s: holds a NUL byte, so it is no text",
                           conf->path);
    rest = text.data;
    while (status == 0 && (line = strsep(&rest, "\n")) != NULL)
        status = parse_line(conf, line, ++number, err);
    buf_clear(&text);
    return status;
}

static bool is_strangers(const struct stat *info)
{
    return info->st_uid != geteuid() && info->st_uid != 0;
}

/* A file that a stranger may have put into a shared folder is not to decide where case data goes.
 */
static int check_trusted(const char *path, struct error *err)
{
    struct stat info;
    struct stat link; /* who chose the file, where it is a link */

    if (stat(path, &info) < 0 || lstat(path, &link) < 0)
        return 0;
    if (is_strangers(&info) || is_strangers(&link) || (info.st_mode & S_IWOTH))
        return error_set(err, ERR_CONFIG, "UntrustedConfig",
                         "%s belongs to another user or may be written by others; name it in "
                         "MAKI_CONF to use it anyway",
                         path);
    return 0;
}

static char *default_path(struct error *err)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    char *path = NULL;

    if (file_exists("maki.conf"))
        return check_trusted("maki.conf", err) < 0 ? NULL : mem_strdup("maki.conf");
    if (base != NULL && *base)
        path = mem_printf("%s/maki/maki.conf", base);
    else if (home != NULL && *home)
        path = mem_printf("%s/.config/maki/maki.conf", home);
    if (path != NULL && file_exists(path))
        return path;
    free(path);
    return mem_strdup("");
}

struct conf *conf_load(struct error *err)
{
    struct conf *conf = mem_calloc(1, sizeof(*conf));
    const char *named = getenv("MAKI_CONF");

    conf->path = named != NULL && *named ? mem_strdup(named) : default_path(err);
    if (conf->path == NULL || (*conf->path && parse_file(conf, err) < 0)) {
        conf_free(conf);
        return NULL;
    }
    return conf;
}

const char *conf_get(const struct conf *conf, const char *key)
{
    const char *value = getenv(key);

    if (value != NULL && *value)
        return value;
    for (size_t i = conf->count; i > 0; i--) { /* the last line for a key counts */
        if (strcmp(conf->settings[i - 1].key, key) == 0)
            return *conf->settings[i - 1].value ? conf->settings[i - 1].value : NULL;
    }
    return NULL;
}

const char *conf_path(const struct conf *conf)
{
    return *conf->path ? conf->path : NULL;
}

void conf_free(struct conf *conf)
{
    if (conf == NULL)
        return;
    for (size_t i = 0; i < conf->count; i++) {
        free(conf->settings[i].key);
        free(conf->settings[i].value);
    }
    free(conf->settings);
    free(conf->path);
    free(conf);
}

#ifndef MAKI_BASE_CONF_H
#define MAKI_BASE_CONF_H

#include "base/error.h"

/*
 * Settings by key: the environment first, then one configuration file of KEY=VALUE lines ('#'
 * starts a comment line; the value may stand in single or double quotes; no other syntax, so sh can
 * read the file too).
 */
struct conf;

/*
 * Read the file named by MAKI_CONF, else ./maki.conf, else $XDG_CONFIG_HOME/maki/maki.conf
 * (~/.config by default); having none is fine. A ./maki.conf that another user owns or that others
 * may write is refused: it could send case data elsewhere. NULL with ERR_CONFIG naming file and
 * line. Free with conf_free.
 */
struct conf *conf_load(struct error *err);

/* The value, or NULL if neither has the key or it is empty. Lives as long as conf (or the
 * environment). */
const char *conf_get(const struct conf *conf, const char *key);

/* The file that was read, or NULL. */
const char *conf_path(const struct conf *conf);

void conf_free(struct conf *conf);

#endif

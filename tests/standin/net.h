#ifndef MAKI_STANDIN_NET_H
#define MAKI_STANDIN_NET_H

#include "base/error.h"
#include "service.h"

/* HTTP/1.1 on loopback: one thread, many connections, none of them waited for. */
enum { NET_CONNECTIONS_MAX = 1024 };

struct net;

/* Listen on a port of 127.0.0.1, 0 for one that is free; `stop_fd` becomes readable when it is to
 * end. NULL with an error. */
struct net *net_new(int port, int stop_fd, struct error *err);
int net_port(const struct net *net);
void net_free(struct net *net);

/* Serve until it is to end. */
void net_run(struct net *net, struct service *service);

#endif

#ifndef MAKI_CMD_PROGRAMS_H
#define MAKI_CMD_PROGRAMS_H

/* The programs in the one binary. Each gets its own argv and returns its exit status. */
int maki_account_main(int argc, char **argv);
int maki_aggregate_main(int argc, char **argv);
int maki_batch_main(int argc, char **argv);
int maki_classify_main(int argc, char **argv);
int maki_config_main(int argc, char **argv);
int maki_fetch_main(int argc, char **argv);
int maki_lease_main(int argc, char **argv);
int maki_lock_main(int argc, char **argv);
int maki_put_main(int argc, char **argv);
int maki_synth_main(int argc, char **argv);

#endif

# maki.mk: MAKI's stages as make targets, each redone only when what it is made from has changed.
#
#   MAKI_INPUT  := cid-data
#   MAKI_REPORT := s3://example-reports/maki
#   include /usr/local/share/maki/maki.mk
#
# `make report` fetches, classifies, aggregates and stores; `make fetch`, `make classify`, `make aggregate` stop there.
# Cases that fail stop nothing: they stand in $(MAKI_OUT)/failures-*.jsonl. What a bucket or the Support API has is asked for
# each time, and counts as changed only when it has. All settings of the programs (MAKI_OFFLINE, MAKI_TEXT_MODEL, …) apply.
MAKI           ?= maki
MAKI_INPUT     ?= $(error MAKI_INPUT is not set: what is maki-fetch to read?)
MAKI_REPORT    ?= maki-report
MAKI_OUT       ?= maki-out
# classify or batch
MAKI_ROUTE     ?= classify
MAKI_KEY       ?= ondemand/$(notdir $(MAKI_OUT))
MAKI_FETCH_OPTIONS     ?=
MAKI_CLASSIFY_OPTIONS  ?=
MAKI_AGGREGATE_OPTIONS ?=

# Folders and files are looked at; what is elsewhere has no time stamp here.
maki_remote := $(filter support: s3://%,$(MAKI_INPUT))
maki_files  := $(if $(maki_remote),,$(shell find $(MAKI_INPUT) -type f 2>/dev/null))
maki_categories := $(patsubst +%,%,$(filter-out s3://%,$(MAKI_CATEGORIES)))

# Status 1 is "some records failed": the output is whole and holds the others.
maki_some   = || [ $$? -eq 1 ]
# Standard output into the target, whole or not at all; an equal one keeps its time.
maki_into   = >$@.part $(maki_some) && { cmp -s $@.part $@ && rm $@.part || mv $@.part $@; }
maki_always = >$@.part $(maki_some) && mv $@.part $@

.PHONY: fetch classify aggregate report maki-force
fetch: $(MAKI_OUT)/cases.jsonl
classify: $(MAKI_OUT)/insights.jsonl
aggregate: $(MAKI_OUT)/summary.json
report: $(MAKI_OUT)/stored

$(MAKI_OUT):
	mkdir -p $@
$(MAKI_OUT)/cases.jsonl: $(maki_files) $(if $(maki_remote),maki-force) | $(MAKI_OUT)
	$(MAKI) fetch $(MAKI_FETCH_OPTIONS) --failures $(MAKI_OUT)/failures-fetch.jsonl $(MAKI_INPUT) $(if $(maki_remote),$(maki_into),$(maki_always))
$(MAKI_OUT)/insights.jsonl: $(MAKI_OUT)/cases.jsonl $(if $(maki_categories),$(shell find $(maki_categories) -type f))
	$(MAKI) $(MAKI_ROUTE) $(MAKI_CLASSIFY_OPTIONS) $(if $(filter batch,$(MAKI_ROUTE)),--journal $(MAKI_OUT)/batch.journal) \
		--cache $(MAKI_OUT)/cache --failures $(MAKI_OUT)/failures-classify.jsonl $< $(maki_always)
$(MAKI_OUT)/summary.json: $(MAKI_OUT)/insights.jsonl
	$(MAKI) aggregate $(MAKI_AGGREGATE_OPTIONS) --cache $(MAKI_OUT)/cache $< $(maki_always)
# The list of what was stored; the summary comes last.
$(MAKI_OUT)/stored: $(MAKI_OUT)/insights.jsonl $(MAKI_OUT)/summary.json
	$(MAKI) put --key '$(MAKI_KEY)/{caseId}.json' $(MAKI_REPORT) $(MAKI_OUT)/insights.jsonl >$@.part
	$(MAKI) put --one --key '$(MAKI_KEY)/summary.json' $(MAKI_REPORT) $(MAKI_OUT)/summary.json >>$@.part
	mv $@.part $@

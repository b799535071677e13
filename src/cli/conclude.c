#include "conclude.h"

#include "rounds/comparison.h"
#include "rounds/nagios.h"

static enum nagios_state print_nagios(const struct round_request *request,
                                      const struct report_input *input,
                                      uint64_t failed, bool has_faults)
{
    bool is_incomplete = has_faults ||
                         input->stop_cause == STOP_CAUSE_INTERRUPT ||
                         input->stop_cause == STOP_CAUSE_TERMINATE;
    bool has_failed = exit_policy_is_exceeded(&request->policy, failed,
                                              input->summary->endpoints);
    enum nagios_state state =
        nagios_state_of(input->summary, has_failed, is_incomplete);

    outputs_print_nagios(input, state);
    return state;
}

int conclude(const struct round_request *request, struct outputs *outputs,
             struct report_input *input, uint64_t failed, bool has_faults)
{
    enum nagios_state state = NAGIOS_STATE_OK;
    bool are_written;

    input->comparison = request->comparison;
    input->is_verbose = request->is_verbose;
    input->is_quiet = request->is_quiet;
    if (request->comparison)
        comparison_judge(request->comparison, input->results,
                         input->result_count);
    if (request->is_nagios)
        state = print_nagios(request, input, failed, has_faults);
    are_written = outputs_finish(outputs, input);

    if (request->is_nagios)
        return are_written || state == NAGIOS_STATE_CRITICAL
                   ? (int)state
                   : (int)NAGIOS_STATE_UNKNOWN;
    return (int)exit_code_of(&request->policy, input->summary, failed,
                             input->stop_cause, are_written && !has_faults);
}

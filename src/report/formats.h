#ifndef ROUNDS_REPORT_FORMATS_H
#define ROUNDS_REPORT_FORMATS_H

/*
 * The writer of each format, for the table in format.c.
 */

#include "rounds/report.h"

report_writer text_report;
report_writer json_report;

#endif

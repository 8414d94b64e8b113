// Everything that a C application needs.
#pragma once

#include "hiaiengine/c_graph.h"
#include "hiaiengine/init.h"
#include "hiaiengine/log.h"
#include "hiaiengine/status.h"

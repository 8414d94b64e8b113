// Everything that a C++ application needs but memory (ai_memory.h) and types (data_type_reg.h).
#pragma once

#include "hiaiengine/data_recv_interface.h"
#include "hiaiengine/engine.h"
#include "hiaiengine/graph.h"
#include "hiaiengine/init.h"
#include "hiaiengine/log.h"
#include "hiaiengine/status.h"

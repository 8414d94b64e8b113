// The one Process of the program, and what static constructors fill before it exists.
#pragma once

#include "memory/view.h"
#include "runtime/engine_registry.h"
#include "runtime/process.h"

namespace openmatrix {

// Made on first use, never destroyed.
Process& GetProcess();

// The engine classes of one view. Makes nothing else of the library come to life.
EngineRegistry& GetEngineRegistry(View view);

// HIAIEngineFactory::GetInstance needs no memory for this view any more.
void MakeEngineFactory(View view);

}  // namespace openmatrix

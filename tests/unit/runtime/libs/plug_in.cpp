// The part of a program that uses the framework, in a library: the program itself is not linked
// with libmatrix.
#include "hiaiengine/api.h"

extern "C" bool OpenmatrixTestCreateGraph(const char* file) {
  return hiai::Graph::CreateGraph(file) == HIAI_OK;
}

extern "C" bool OpenmatrixTestDestroyGraph(std::uint32_t id) {
  return hiai::Graph::DestroyGraph(id) == HIAI_OK;
}

// As if compiled with the headers of another protobuf: it calls what this one does not have.
#include "hiaiengine/engine.h"

namespace google {
namespace protobuf {
namespace internal {
void FunctionOfAnotherVersion(int number);
}  // namespace internal
}  // namespace protobuf
}  // namespace google

// Nobody calls it: without protobuf in the name the library could be used.
void CallAnotherVersion() { google::protobuf::internal::FunctionOfAnotherVersion(1); }

class OtherProtobuf : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("OtherProtobuf", OtherProtobuf, 1) { return SendData(0, "string", arg0); }

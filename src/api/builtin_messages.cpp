#include "api/builtin_messages.h"

#include <cstdint>
#include <istream>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <vector>

#include "api/builtin_types.h"
#include "hiaiengine/ai_nn_tensor_list.h"

namespace openmatrix {

BuiltinTypes BuiltinPlain() {
  static constexpr BuiltinType kTypes[] = {
      Builtin<std::string>("string"),
      Builtin<std::vector<std::uint8_t>>("vector_uint8_t"),
      Builtin<std::vector<float>>("vector_float"),
  };
  return AllOf(kTypes);
}

namespace {

// Streams over the control bytes themselves: a string stream would copy them twice.
class ControlWriter : public std::streambuf {
 public:
  explicit ControlWriter(std::string& control) : control_(control) { control_.clear(); }

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    control_.append(bytes, static_cast<std::size_t>(count));
    return count;
  }
  int_type overflow(int_type byte) override {
    control_.push_back(traits_type::to_char_type(byte));
    return byte;
  }

 private:
  std::string& control_;
};

class ControlReader : public std::streambuf {
 public:
  // Nothing is put back, so nothing is written.
  ControlReader(const char* control, std::size_t bytes) {
    char* const first = const_cast<char*>(control);
    setg(first, first, first + bytes);
  }
};

// Owns nothing: for the C form of SendData, whose caller keeps the object.
std::shared_ptr<void> Wrap(void* object) {
  return std::shared_ptr<void>(object, [](void*) {});
}

TypeHooks HooksOf(const BuiltinType& type) {
  TypeHooks hooks;
  hooks.common_out = [write = type.write](void* object, std::string& control) {
    ControlWriter buffer(control);
    std::ostream stream(&buffer);
    Output archive(stream);
    write(archive, object);
  };
  hooks.common_in = [read = type.read](const std::string& control) {
    ControlReader buffer(control.data(), control.size());
    std::istream stream(&buffer);
    Input archive(stream);
    return read(archive);
  };
  hooks.convert = Wrap;
  return hooks;
}

// The archive of a list leaves its tensors out: they travel as the block of a fast message.
TypeHooks TensorListHooks() {
  TypeHooks hooks;
  hooks.fast_out = [](void* object, std::string& control, std::uint8_t*& data,
                      std::uint32_t& bytes) {
    auto& list = *static_cast<hiai::NNTensorList*>(object);
    if (list.GetBufferSize() > UINT32_MAX) throw std::length_error("a block of 4 GiB or more");
    ControlWriter buffer(control);
    std::ostream stream(&buffer);
    Output archive(stream);
    archive(list);
    data = static_cast<std::uint8_t*>(const_cast<void*>(list.GetBuffData()));
    bytes = static_cast<std::uint32_t>(list.GetBufferSize());
  };
  hooks.fast_in = [](const char* control, const std::uint32_t& control_bytes,
                     const std::uint8_t* data, const std::uint32_t& bytes) {
    auto list = std::make_shared<hiai::NNTensorList>();
    list->SetBuffData(const_cast<std::uint8_t*>(data));
    list->SetBufferSize(bytes);
    ControlReader buffer(control, control_bytes);
    std::istream stream(&buffer);
    Input archive(stream);
    archive(*list);
    return list;
  };
  hooks.convert = Wrap;
  return hooks;
}

}  // namespace

void AddBuiltinMessages(TypeTable& table) {
  for (const BuiltinTypes types : {BuiltinPlain(), BuiltinImages(), BuiltinGeometry(),
                                   BuiltinObjects(), BuiltinResults(), BuiltinFeatures()}) {
    for (const BuiltinType& type : types) {
      if (table.count(type.name) == 0) table.emplace(type.name, HooksOf(type));
    }
  }
  if (table.count("NNTensorList") == 0) table.emplace("NNTensorList", TensorListHooks());
}

}  // namespace openmatrix

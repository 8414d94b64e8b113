// A device library, linked without any flag, that prints as applications do. The program prints too
// and therefore has a copy of std::cout, which is the only one that was ever initialised.
#include <iostream>
#include <sstream>

#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/engine.h"

class Prints : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Prints", Prints, 1) {
  const auto text = std::static_pointer_cast<std::string>(arg0);
  std::cout << "the device prints " << *text << std::endl;
  std::ostringstream number;
  number << 4.5;
  return SendData(0, "string", std::make_shared<std::string>(*text + " " + number.str()));
}

#include "runtime/signature.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <new>
#include <utility>

#include "os/regular_file.h"

namespace openmatrix {
namespace {

constexpr std::size_t kMaxKeyBytes = 64 << 10;
constexpr std::size_t kMaxSignatureBytes = 16 << 10;  // an RSA key of 131072 bits

// False if there is no such regular file. What is longer than `limit` is cut one byte behind it.
bool ReadSmallFile(const std::string& path, std::size_t limit, std::string& content) {
  const Result<RegularFile> file = RegularFile::Open(path);
  if (!file.ok()) return false;
  Result<std::string> first = file.value().ReadFirst(limit + 1);
  if (first.ok()) content = std::move(first.value());
  return first.ok();
}

// OpenSSL asks at the terminal for the password of an encrypted key if nobody answers.
int NoPassword(char*, int, int, void*) { return -1; }

EVP_PKEY* KeyOf(void* key) { return static_cast<EVP_PKEY*>(key); }

Status Refused(const std::string& path, const std::string& why) {
  return {Code::kSignatureRefused, "library \"" + path + "\" is not loaded: " + why};
}

}  // namespace

void PublicKey::Free::operator()(void* key) const { EVP_PKEY_free(KeyOf(key)); }

Result<std::shared_ptr<const PublicKey>> PublicKey::Read(const std::string& text) {
  std::string pem = text;
  if (text.find("-----BEGIN") == std::string::npos) {
    if (text.empty() || !ReadSmallFile(text, kMaxKeyBytes, pem)) {
      return {Code::kKeyRefused, "the public key is neither PEM text nor the path of a file"};
    }
  }
  if (pem.size() > kMaxKeyBytes) return {Code::kKeyRefused, "the public key is too long"};
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  if (source == nullptr) throw std::bad_alloc();
  // The constructor is not for make_shared.
  std::shared_ptr<const PublicKey> key(
      new PublicKey(PEM_read_bio_PUBKEY(source.get(), nullptr, &NoPassword, nullptr)));
  ERR_clear_error();
  if (key->key_ == nullptr) {
    return {Code::kKeyRefused, "the public key is no PEM text of a public key (BEGIN PUBLIC KEY)"};
  }
  if (EVP_PKEY_base_id(KeyOf(key->key_.get())) != EVP_PKEY_RSA) {
    return {Code::kKeyRefused, "the public key is not an RSA key"};
  }
  return key;
}

Status PublicKey::Verify(const std::string& content, const std::string& path) const {
  const std::string file = path + ".signature";
  std::string signature;
  if (!ReadSmallFile(file, kMaxSignatureBytes, signature)) {
    return Refused(path, "there is no readable signature " + file);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> check(EVP_MD_CTX_new(),
                                                                      &EVP_MD_CTX_free);
  if (check == nullptr) throw std::bad_alloc();
  const bool good =
      EVP_DigestVerifyInit(check.get(), nullptr, EVP_sha256(), nullptr, KeyOf(key_.get())) == 1 &&
      EVP_DigestVerifyUpdate(check.get(), content.data(), content.size()) == 1 &&
      EVP_DigestVerifyFinal(check.get(), bytes, signature.size()) == 1;
  ERR_clear_error();
  if (good) return {};
  return Refused(path, "it does not match its signature " + file +
                           " (SHA-256 with RSA, made with the private half of another key, or "
                           "of another content)");
}

}  // namespace openmatrix

import { perlPrograms } from "../../render/programs";

test("programs lie in the folder of their component, can be run, and are judged by perl", () => {
  const texts = { "first.pl": "1;\n", "second.pl": "2;\n" };
  expect(perlPrograms("/usr/local/lib/some", texts, ["second.pl", "first.pl"])).toEqual({
    paths: ["/usr/local/lib/some/second.pl", "/usr/local/lib/some/first.pl"],
    files: [
      { path: "/usr/local/lib/some/second.pl", content: "2;\n", mode: "0755" },
      { path: "/usr/local/lib/some/first.pl", content: "1;\n", mode: "0755" },
    ],
    checks: ["perl -c {stage}/usr/local/lib/some/second.pl", "perl -c {stage}/usr/local/lib/some/first.pl"],
  });
});

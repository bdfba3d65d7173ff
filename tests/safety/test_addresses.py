"""Only public addresses are reached, however they are written."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from localgpt_tui.safety.addresses import refusal, unmapped
from localgpt_tui.safety.targets import RefusedError, parse_target

CLOSED = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
OPEN = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.88.98.255",
    "192.88.100.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "9.255.255.255",
    "11.0.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "2001:200::1",
    "2001:db7:ffff::1",
    "2001:db9::",
    "2003::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:800::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2606:4700::5efe:8.8.8.8",
]
CLOUD = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"]
CLOUD += ["fd00:c1::a9fe:a9fe", "fd00:42::42", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]


@pytest.mark.parametrize("network", CLOSED)
def test_the_first_and_the_last_address_of_each_closed_range_are_refused(network):
    closed = ip_network(network)
    assert refusal(closed[0])
    assert refusal(closed[-1])


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_and_the_neighbours_of_closed_ranges_are_reached(address):
    assert refusal(ip_address(address)) == ""


@pytest.mark.parametrize("network", [one for one in CLOSED if ":" not in one])
@pytest.mark.parametrize("form", ["::ffff:{}", "64:ff9b::{}", "::{}", "2606:4700::5efe:{}", "2606:4700::200:5efe:{}"])
def test_a_closed_address_is_refused_inside_of_every_ipv6_form(network, form):
    closed = ip_network(network)
    assert refusal(ip_address(form.format(closed[0])))
    assert refusal(ip_address(form.format(closed[-1])))


@pytest.mark.parametrize(
    "address",
    [
        "2002:7f00:1::",
        "2002:808:808::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "::ffff:0:127.0.0.1",
        "4000::1",
        "5f00::1",
    ],
)
def test_tunnels_and_ranges_where_no_page_is_are_refused(address):
    assert refusal(ip_address(address))


def test_an_address_with_a_zone_is_refused():
    assert refusal(IPv6Address("fe80::1%eth0"))
    assert refusal(IPv6Address("2606:4700::1%eth0"))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "100.64.0.1", "::1", "fd12::1"]
)
def test_a_host_that_the_person_named_may_be_on_their_own_network(address):
    assert refusal(ip_address(address))
    assert refusal(ip_address(address), private=True) == ""


@pytest.mark.parametrize("address", [*CLOUD, "0.0.0.0", "224.0.0.1", "255.255.255.255", "fe80::1", "ff02::1", "::"])
def test_where_clouds_keep_credentials_and_what_is_no_host_is_refused_even_then(address):
    assert refusal(ip_address(address))
    assert refusal(ip_address(address), private=True)


@given(st.ip_addresses())
@example(IPv6Address("::ffff:7f00:1"))
def test_what_is_reached_counts_as_public_for_python_too(address):
    if not refusal(address):
        inner = unmapped(address)
        if isinstance(inner, IPv6Address) and inner in ip_network("64:ff9b::/96"):
            inner = IPv4Address(int(inner) & 0xFFFF_FFFF)
        assert inner.is_global
        assert not inner.is_multicast
        assert not inner.is_reserved


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_in_its_ipv6_forms(address):
    for form in ("::ffff:{}", "64:ff9b::{}"):
        assert refusal(IPv6Address(form.format(address))) == refusal(address)


SPELLINGS = [
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://0x/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://１２７.0.0.1/",
    "http://127.0.0.1./",
    "http://127.0.0.1:80/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[::1%25lo]/",
    "http://[fe80::1%25eth0]/",
    "http://127.0.0.1\\@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_this_machine_and_its_network_are_refused_in_every_spelling(url):
    with pytest.raises(RefusedError):
        parse_target(url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
        "example.com",
        "//example.com/",
        "http:",
        "http:///x",
        "http:example.com",
        "http://",
        "http://a..b/",
        "http://-a.com/",
        "http://a%2eb.com/",
        "http://*.com/",
        "http://exa mple.com/",
        "http://exa\tmple.com/",
        "http://example.com/\r\nX: y",
        "http://example.com/\u202e",
        "http://example.com/\u200b",
        "http://a@example.com/",
        "http://a:b@example.com/",
        "http://@example.com/",
        "http://example.com:22/",
        "http://example.com:25/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:abc/",
        "http://[::1/",
        "http://" + "a" * 64 + ".com/",
        "http://" + "a." * 130 + "com/",
        "http://example.com/" + "a" * 100_000,
        "",
    ],
)
def test_what_is_no_plain_address_of_a_page_is_refused(url):
    with pytest.raises(RefusedError) as refused:
        parse_target(url)
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://Example.COM", "https://example.com/"),
        (" http://example.com:80/a?b=c#d ", "http://example.com/a?b=c"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://example.com./", "https://example.com/"),
        ("https://bücher.example/ä?q=ü", "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
        ("http://раураl.com/", "http://xn--l-7sba6dbr.com/"),
        ("http://8.8.8.8/x", "http://8.8.8.8/x"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://[::ffff:8.8.8.8]/", "http://8.8.8.8/"),
        ("http://example.com?x", "http://example.com/?x"),
        ("http://example.com/a@b", "http://example.com/a@b"),
        ("http://example.com/?to=http://a@b/", "http://example.com/?to=http://a@b/"),
    ],
)
def test_an_address_is_shown_in_one_spelling_in_ascii(url, shown):
    assert parse_target(url).url == shown


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text):
    for url in (text, f"http://{text}", f"https://{text}.example/{text}"):
        try:
            target = parse_target(url)
        except RefusedError:
            continue
        assert target.url.isascii()
        assert target.url.isprintable()
        assert parse_target(target.url) == target


def test_a_refusal_says_how_to_allow_what_can_be_allowed():
    with pytest.raises(RefusedError, match=r"naming 10\.0\.0\.5:80 in tools\.web_private_hosts"):
        parse_target("http://10.0.0.5/")
    with pytest.raises(RefusedError) as refused:
        parse_target("http://169.254.169.254/")
    assert refused.value.advice == ""


def test_a_private_host_is_allowed_by_its_exact_name_and_port_only():
    allowed = {"nas.local:8000", "localhost:11434", "[fd12::5]:80", "10.0.0.5:80", "bücher.local:80"}
    for url in ("http://nas.local:8000/x", "http://NAS.local.:8000/", "http://localhost:11434/api"):
        assert parse_target(url, private_hosts=allowed).private
    for url in ("http://[fd12::5]/", "http://10.0.0.5/", "http://bücher.local/"):
        assert parse_target(url, private_hosts=allowed).private
    for url in ("http://nas.local/", "http://x.nas.local:8000/", "http://localhost:11435/", "http://127.0.0.1:11434/"):
        with pytest.raises(RefusedError):
            parse_target(url, private_hosts=allowed)
    assert not parse_target("http://example.com/", private_hosts=allowed).private

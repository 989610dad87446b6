vcl 4.1;

# A backend; everything else is Varnish's default.
backend demo {
    .host = "127.0.0.1";
    .port = "@UPSTREAM@";
}

sub vcl_recv {
    set req.http.Host = "127.0.0.1:@UPSTREAM@";
}

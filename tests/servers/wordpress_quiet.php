<?php
// A must-use plugin: no request leaves the machine and no mail is sent, not even while installing.
add_filter('pre_http_request', fn() => new WP_Error('offline', 'This test server makes no requests.'));

function wp_mail(...$message) {
    return true;
}
